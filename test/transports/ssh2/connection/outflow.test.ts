import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutflow } from '../../../../src/transports/ssh2/connection/outflow.ts';

/** An outflow, and what has come out of it. */
function flowing() {
  const pieces: Uint8Array[] = [];
  let ends = 0;
  const outflow = createOutflow(
    (bytes) => pieces.push(bytes),
    () => {
      ends += 1;
    },
  );
  return { outflow, pieces, sent: () => Buffer.concat(pieces), ends: () => ends };
}

test('whatever is written leaves in order, in pieces that fit, and never more than there is room for', () => {
  const writes = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
  const rooms = fc.array(fc.nat({ max: 500 }), { maxLength: 20 });
  fc.assert(
    fc.property(writes, rooms, fc.integer({ min: 1, max: 200 }), (bytes, windows, packet) => {
      const { outflow, pieces, sent, ends } = flowing();
      let room = 0;
      const all = Buffer.concat(bytes);
      for (const [index, piece] of bytes.entries()) {
        if (index === 3) {
          outflow.open(0, packet);
        }
        outflow.write(piece);
        const more = windows[index] ?? 0;
        if (index >= 3) {
          room += more;
          outflow.widen(more);
        }
        expect(sent().length).toBeLessThanOrEqual(room);
        expect(outflow.pending + sent().length).toBe(
          bytes.slice(0, index + 1).reduce((sum, it) => sum + it.length, 0),
        );
      }
      if (bytes.length <= 3) outflow.open(0, packet);
      outflow.end();
      outflow.write(Buffer.from('too late'));
      outflow.widen(all.length);
      expect(sent().equals(all)).toBe(true);
      expect(pieces.every((piece) => piece.length <= packet)).toBe(true);
      expect(ends()).toBe(1);
    }),
  );
});

test('nothing leaves where the other side takes packets of no bytes', () => {
  const { outflow, pieces } = flowing();
  outflow.open(1_000, 0);
  outflow.write(Buffer.from('x'));
  outflow.widen(1_000);
  expect(pieces).toEqual([]);
});

test('a window that is said to be too large is as large as can be', () => {
  const { outflow, sent } = flowing();
  outflow.open(0xffff_ffff, 100);
  outflow.widen(0xffff_ffff);
  outflow.write(Buffer.from('x'));
  expect(sent().toString()).toBe('x');
});

test('the end waits for what is before it, and says when it has gone', () => {
  const { outflow, ends } = flowing();
  let gone = false;
  outflow.write(Buffer.from('xx'));
  outflow.end(() => {
    gone = true;
  });
  outflow.open(1, 100);
  expect([ends(), gone]).toEqual([0, false]);
  outflow.widen(1);
  expect([ends(), gone]).toEqual([1, true]);
});

test('what is stopped sends nothing more, not even its end', () => {
  const { outflow, pieces, ends } = flowing();
  outflow.write(Buffer.from('x'));
  outflow.stop();
  outflow.open(100, 100);
  outflow.end();
  expect([pieces, ends(), outflow.pending]).toEqual([[], 0, 0]);
});
