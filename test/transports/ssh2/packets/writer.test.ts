import { describe, expect, test } from 'vitest';
import { createWriter } from '../../../../src/transports/ssh2/packets/writer.ts';

function writing() {
  const sent: number[] = [];
  return { sent, writer: createWriter((bytes) => sent.push(bytes.length)) };
}

describe('what is written', () => {
  test('in one go leaves as one piece', async () => {
    const { sent, writer } = writing();
    for (const size of [3, 4, 5]) writer.write(Buffer.alloc(size));
    expect(sent).toEqual([]);
    await null;
    expect(sent).toEqual([12]);
  });

  test('waits while it is held', async () => {
    const { sent, writer } = writing();
    writer.hold();
    writer.write(Buffer.alloc(3));
    await null;
    expect(sent).toEqual([]);
    writer.release();
    await null;
    expect(sent).toEqual([3]);
  });

  test('leaves though it is held, before it fills the memory', () => {
    const { sent, writer } = writing();
    writer.hold();
    for (let i = 0; i < 40; i += 1) writer.write(Buffer.alloc(64 * 1024));
    expect(sent).toEqual(Array(2).fill(17 * 64 * 1024));
  });
});
