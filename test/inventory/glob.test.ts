import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitsGlob } from '../../src/inventory/glob.ts';

describe('a glob', () => {
  test.each([
    ['gpu-*', 'gpu-7', true],
    ['gpu-*', 'gpu-', true],
    ['gpu-*', 'cpu-7', false],
    ['gpu-?', 'gpu-7', true],
    ['gpu-?', 'gpu-', false],
    ['gpu-?', 'gpu-77', false],
    ['*', '', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*a*b*c', 'xxaxxbxxc', true],
    ['*a*b*c', 'xxaxxcxxb', false],
    ['a.c', 'abc', false],
    ['a*', 'A1', false],
    ['', '', true],
    ['', 'a', false],
  ])('%s, held against %s: %s', (pattern, text, fits) => {
    expect(fitsGlob(pattern, text)).toBe(fits);
  });

  test('with many stars does not explode', () => {
    expect(fitsGlob(`${'*a'.repeat(500)}*b`, 'a'.repeat(2_000))).toBe(false);
  });

  test('fits what the same regular expression fits', () => {
    const letters = (...signs: string[]) =>
      fc.array(fc.constantFrom(...signs), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(letters('a', 'b', '*', '?'), letters('a', 'b'), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(fitsGlob(pattern, text)).toBe(expression.test(text));
      }),
    );
  });
});
