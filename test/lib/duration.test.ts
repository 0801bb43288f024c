import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/lib/duration.ts';

/** The longest that a timer of Node can wait: more, and it fires at once (Node's documentation, setTimeout). */
const LONGEST_TIMER = 2 ** 31 - 1;

describe('what an operator writes', () => {
  test.each([
    ['milliseconds', '500ms', 500],
    ['seconds', '20s', 20_000],
    ['minutes', '5m', 300_000],
    ['hours', '12h', 43_200_000],
    ['one of the smallest', '1ms', 1],
    ['the longest', '596h', 2_145_600_000],
    ['the longest, in minutes', '35760m', 2_145_600_000],
    ['a minute more than the longest', '35761m', null],
    ['an hour more than the longest', '597h', null],
    ['what a timer would take for 1 ms', '720h', null],
    ['nothing', '0s', null],
    ['no unit', '20', null],
    ['no number', 's', null],
    ['a fraction', '1.5s', null],
    ['a blank', '20 s', null],
    ['a sign', '-20s', null],
    ['days', '1d', null],
    ['two units', '1h30m', null],
    ['a line feed behind it', '20s\n', null],
    ['empty', '', null],
  ])('%s: %j', (_, text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test('whatever is accepted, a timer can wait for, with a quarter of an hour to spare', () => {
    const written = fc.tuple(fc.nat(999_999_999), fc.constantFrom('ms', 's', 'm', 'h'));
    fc.assert(
      fc.property(written, ([count, unit]) => {
        const ms = parseDuration(`${count}${unit}`) ?? 1;
        expect(ms).toBeGreaterThan(0);
        expect(ms + 15 * 60_000).toBeLessThanOrEqual(LONGEST_TIMER);
      }),
    );
  });
});

test.each([
  [12.4, '12ms'],
  [3_400, '3.4s'],
  [59_949, '59.9s'],
  [59_950, '1m00s'],
  [125_000, '2m05s'],
  [3_599_400, '59m59s'],
  [3_599_500, '1h00m'],
  [3_720_000, '1h02m'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
