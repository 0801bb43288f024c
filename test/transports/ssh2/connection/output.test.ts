import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutput } from '../../../../src/transports/ssh2/connection/output.ts';

const MIB = 1024 * 1024;

/** What a listener has heard, and how much room has been given back. */
function listening() {
  let consumed = 0;
  const heard: Uint8Array[] = [];
  const errors: Uint8Array[] = [];
  const output = createOutput((bytes) => {
    consumed += bytes;
  });
  return {
    output,
    listen: () =>
      output.listen({
        stdout: (bytes) => void heard.push(bytes),
        stderr: (bytes) => void errors.push(bytes),
      }),
    stdout: () => Buffer.concat(heard),
    stderr: () => Buffer.concat(errors),
    consumed: () => consumed,
  };
}

test('whatever comes before and after somebody listens is heard once, in order', () => {
  const pieces = fc.array(fc.tuple(fc.uint8Array({ maxLength: 3_000 }), fc.boolean()));
  fc.assert(
    fc.property(pieces, pieces, (before, after) => {
      const it = listening();
      for (const [bytes, isError] of before) it.output.push(Buffer.from(bytes), isError);
      expect(it.consumed()).toBe(0);
      it.listen();
      for (const [bytes, isError] of after) it.output.push(Buffer.from(bytes), isError);
      const all = [...before, ...after];
      const of = (wanted: boolean) =>
        Buffer.concat(all.filter(([, isError]) => isError === wanted).map(([bytes]) => bytes));
      expect(it.stdout().equals(of(false)) && it.stderr().equals(of(true))).toBe(true);
      expect(it.consumed()).toBe(of(false).length + of(true).length);
    }),
  );
});

test('before somebody listens no more than 1 MiB is kept, of both streams together', () => {
  const it = listening();
  for (let i = 0; i < 30; i += 1) it.output.push(Buffer.alloc(100_000), i % 2 === 0);
  it.listen();
  expect(it.stdout().length + it.stderr().length).toBe(MIB);
});
