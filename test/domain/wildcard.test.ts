import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesPatternList, matchesWildcard, wildcardMatcher } from '../../src/domain/wildcard.ts';

describe('a wildcard', () => {
  test.each([
    ['*', 'anything', true],
    ['*', '', true],
    ['?', 'a', true],
    ['?', '', false],
    ['?', 'ab', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['10.0.1.?', '10.0.1.7', true],
    ['10.0.1.?', '10.0.1.17', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['[*]:2222', '[host]:2222', true],
    ['[*]:2222', '[host]:22', false],
    ['host.', 'hostx', false],
    ['web**', 'web1', true],
  ])('%s matches %s: %s', (pattern, name, matches) => {
    expect(matchesWildcard(name, pattern)).toBe(matches);
    expect(wildcardMatcher(pattern)(name)).toBe(matches);
  });

  test('matches what the same regular expression matches', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(letters, patterns, (name, pattern) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesWildcard(name, pattern)).toBe(new RegExp(`^${source}$`).test(name));
        expect(wildcardMatcher(pattern)(name)).toBe(matchesWildcard(name, pattern));
      }),
    );
  });

  test('takes no longer for a pattern that makes a regular expression explode', () => {
    expect(matchesWildcard('a'.repeat(5_000), `${'a*'.repeat(500)}b`)).toBe(false);
  });
});

describe('a list of patterns', () => {
  test.each([
    ['one of them matches', ['a', 'b*'], 'b1', true],
    ['none matches', ['a', 'b*'], 'c', false],
    ['a negated one matches too', ['*', '!b*'], 'b1', false],
    ['a negated one comes first', ['!b*', '*'], 'b1', false],
    ['a negated one does not match', ['*', '!b*'], 'c', true],
    ['there are only negated ones', ['!b*'], 'c', false],
  ])('where %s', (_, patterns, name, matches) => {
    expect(matchesPatternList(name, patterns)).toBe(matches);
  });
});
