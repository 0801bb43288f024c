import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandRange } from '../../src/inventory/ranges.ts';

describe('a range stands for', () => {
  test.each([
    ['itself without brackets', 'web1.example.com', ['web1.example.com']],
    ['a span', '10.0.1.[1-3]', ['10.0.1.1', '10.0.1.2', '10.0.1.3']],
    ['a list', 'n[1,4,2]', ['n1', 'n4', 'n2']],
    ['a span with a step', 'n[10-20/5]', ['n10', 'n15', 'n20']],
    ['a span whose step misses its end', 'n[1-6/2]', ['n1', 'n3', 'n5']],
    ['all of these in one bracket', 'n[1-3,7,10-20/10]', ['n1', 'n2', 'n3', 'n7', 'n10', 'n20']],
    ['padded numbers', 'e[08-11]', ['e08', 'e09', 'e10', 'e11']],
    ['numbers that outgrow their padding', 'e[98-101]', ['e98', 'e99', 'e100', 'e101']],
    ['zero, which is no padding', 'e[0-2]', ['e0', 'e1', 'e2']],
    ['several brackets, multiplied', 'r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
    ['brackets side by side', '[1-2][0-1]', ['10', '11', '20', '21']],
    ['several names', 'a[1-2],b', ['a1', 'a2', 'b']],
  ])('%s', (_, text, names) => {
    expect(expandRange(text, 100)).toEqual({ ok: true, value: names });
  });
});

describe('what is no range is explained, with its place', () => {
  test.each([
    ['n[3-1]', 2, '"3-1" runs backwards'],
    ['n[]', 2, 'empty element'],
    ['n[1,]', 4, 'empty element'],
    ['n[1-3', 1, 'never closed'],
    ['n1]', 2, 'no "[" before it'],
    ['n[1[2]]', 1, 'not closed before the next one'],
    ['n[a-c]', 2, 'neither a number nor a span'],
    ['n[1:3]', 2, 'neither a number nor a span'],
    ['n[1 - 3]', 2, 'neither a number nor a span'],
    ['n[1-3/0]', 2, 'a step of 0'],
    ['n[1-003]', 2, 'pads its two ends differently'],
    ['n[1-1234567890123456]', 2, 'neither a number nor a span'],
    ['a,,b', 0, 'a name is empty'],
    ['', 0, 'a name is empty'],
    [`${'x'.repeat(250)}[1-1000]`, 0, 'more than 253 characters'],
  ])('%s', (text, at, words) => {
    expect(expandRange(text, 10_000)).toMatchObject({
      ok: false,
      error: { at, message: expect.stringContaining(words) },
    });
  });
});

describe('names are counted before any is made', () => {
  test.each([
    ['a billion', 'n[1-1000000000]', 1_000_000_000],
    ['more than can be counted exactly', 'n[0-999999999999999][0-999999999999999][0-9]', 1e31],
    ['one too many', 'n[1-101]', 101],
    ['one too many in all', 'n[1-100],m', 101],
  ])('%s', (_, text, count) => {
    expect(expandRange(text, 100)).toMatchObject({ ok: false, error: { count } });
  });

  test('exactly as many as are allowed are made', () => {
    expect(expandRange('n[1-100]', 100)).toMatchObject({ ok: true, value: { length: 100 } });
  });
});

test.each([
  ['nested brackets', '['.repeat(10_000)],
  ['closing brackets', ']'.repeat(10_000)],
  ['a long list', `n[${'1,'.repeat(20_000)}1]`],
  ['many brackets', '[1]'.repeat(20_000)],
])('%s are refused', (_, text) => {
  expect(expandRange(text, 1_000).ok).toBe(false);
});

test('no text makes it throw, or give more names than the cap', () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('[', ']', '-', ',', '/', '0', '7', '99', 'a')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (range) => {
      const names = expandRange(range, 50);
      expect(names.ok ? names.value.length : 0).toBeLessThanOrEqual(50);
    }),
  );
});
