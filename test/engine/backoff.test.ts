import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoff } from '../../src/engine/backoff.ts';
import { CATALOGUE, type FailureCode, phaseOf } from '../../src/errors/catalogue.ts';
import { failure } from '../../src/errors/failure.ts';

const codes = Object.keys(CATALOGUE) as FailureCode[];
const waits = (code: FailureCode, random: number) =>
  Array.from({ length: 10 }, (_, n) => backoff(failure(code, 'connect'), n + 1, random));
const tries = (code: FailureCode) => waits(code, 0.5).filter((wait) => wait !== null).length;

describe('an agent that could not be reached', () => {
  test.each([
    ['SERVER_BUSY', 5],
    ['CONNECTION_LOST', 2],
    ['JUMP_FAILED', 2],
    ['CONNECTION_REFUSED', 1],
    ['HOST_UNRESOLVED', 1],
    // TCP has tried again by itself.
    ['CONNECTION_TIMED_OUT', 0],
    ['NOT_SSH', 0],
  ] as const)('with %s is tried %i times more', (code, expected) => {
    expect(tries(code)).toBe(expected);
  });

  test('is tried again only where the failure says that it may help', () => {
    expect(backoff({ ...failure('CONNECTION_LOST', 'connect'), retryable: false }, 1, 0.5)).toBeNull();
  });

  test('waits between half and one and a half of the wait, and longer each time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const [first = 0, second = 0] = waits('SERVER_BUSY', random).map((wait) => wait ?? 0);
        expect(first).toBeGreaterThanOrEqual(250);
        expect(first).toBeLessThanOrEqual(750);
        expect(second).toBeGreaterThanOrEqual(first);
      }),
    );
  });
});

test('after a refusal, or any failure of a later phase, there is no second try', () => {
  for (const code of codes.filter((name) => phaseOf(name) !== 'reach')) expect(tries(code), code).toBe(0);
});
