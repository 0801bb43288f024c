import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newRunId } from '../../src/domain/run-id.ts';

const zeros = new Uint8Array(10);

test('the time is encoded as the ULID specification has it', () => {
  // The example of the specification: 1469918176385 is 01ARYZ6S41.
  expect(newRunId(1_469_918_176_385, zeros)).toBe('01ARYZ6S410000000000000000');
});

test('all 80 random bits count', () => {
  expect(newRunId(0, new Uint8Array(10).fill(255))).toBe('0000000000ZZZZZZZZZZZZZZZZ');
  expect(
    newRunId(
      0,
      Uint8Array.of(0b00000_000, 0b01_00010_0, 0b0011_0010, 0b0_00101_00, 0b110_00111, 0, 0, 0, 0, 1),
    ),
  ).toBe('00000000000123456700000001');
});

test('ids are 26 letters that can be read aloud, and sort by time', () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  const random = fc.uint8Array({ minLength: 10, maxLength: 16 });
  fc.assert(
    fc.property(time, time, random, random, (early, late, one, two) => {
      const id = newRunId(early, one);
      expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      if (early < late) expect(id < newRunId(late, two)).toBe(true);
    }),
  );
});

test('too little randomness is a bug', () => {
  expect(() => newRunId(0, new Uint8Array(9))).toThrow('10 random bytes');
});
