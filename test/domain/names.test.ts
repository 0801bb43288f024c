import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldList, foldNames } from '../../src/domain/names.ts';
import { expandRange } from '../../src/inventory/ranges.ts';

describe('names are folded', () => {
  test.each([
    ['a run', ['agent-1', 'agent-2', 'agent-3'], 'agent-[1-3]'],
    [
      'runs and single numbers, in their order',
      ['agent-40', 'agent-03', 'agent-04', 'agent-05'],
      'agent-[03-05,40]',
    ],
    ['addresses at their last number', ['10.0.1.1', '10.0.1.2', '10.0.1.3'], '10.0.1.[1-3]'],
    [
      'a number in the middle',
      ['edge-08.example.com', 'edge-09.example.com', 'edge-10.example.com'],
      'edge-[08-10].example.com',
    ],
    ['two numbers, where every pair is there', ['r1-n1', 'r1-n2', 'r2-n1', 'r2-n2'], 'r[1-2]-n[1-2]'],
    ['two numbers, where a pair is missing', ['r1-n1', 'r1-n2', 'r2-n1'], 'r1-n[1-2],r2-n1'],
    ['unpadded and padded numbers, each by itself', ['n9', 'n10', 'n09'], 'n[9,09-10]'],
    ['a padded run that outgrows its padding', ['n098', 'n099', 'n100'], 'n[098-100]'],
    ['different prefixes, in the order of their first appearance', ['web2', 'db1', 'web1'], 'web[1-2],db1'],
    ['a name that is there twice, once', ['web1', 'web1'], 'web1'],
    ['names without numbers', ['alpha', 'beta'], 'alpha,beta'],
    [
      'numbers too long to count with, not at all',
      ['i-1234567890123456', 'i-1234567890123457'],
      'i-1234567890123456,i-1234567890123457',
    ],
    ['nothing', [], ''],
  ])('%s', (_, names, folded) => {
    expect(foldNames(names)).toBe(folded);
  });

  test('the list is what the one word joins', () => {
    expect(foldList(['web1', 'db1', 'web2'])).toEqual(['web[1-2]', 'db1']);
  });
});

const part = fc.oneof(
  fc.constantFrom('a', 'node-', '.', 'x_', '-'),
  fc.nat(120).map(String),
  fc.constantFrom('00', '01', '007', '099'),
);
const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));

test('expanding what was folded gives the same names back', () => {
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (names) => {
      const expanded = expandRange(foldNames(names), 1_000);
      if (!expanded.ok) throw new Error(expanded.error.message);
      expect(expanded.value.toSorted()).toEqual(Array.from(new Set(names)).toSorted());
    }),
  );
});
