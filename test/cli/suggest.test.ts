import { expect, test } from 'vitest';
import { suggest } from '../../src/cli/suggest.ts';

const COMMANDS = ['run', 'hosts', 'history', 'init', 'schema', 'completion', 'lab'];

test.each<[string, string, string | null]>([
  ['swapped letters', 'rnu', 'run'],
  ['a missing letter', 'hsts', 'hosts'],
  ['two slips in a long word', 'complettoin', 'completion'],
  ['upper case', 'RUN', 'run'],
  ['the beginning of one word', 'comp', 'completion'],
  ['the beginning of none', 'comb', null],
  ['something else', 'frobnicate', null],
  ['nothing', '', null],
])('%s: %s means %s', (_, word, expected) => {
  expect(suggest(word, COMMANDS)).toBe(expected);
});

test('of two that are near, the nearer one', () => {
  expect(suggest('--limiit', ['--list', '--limit'])).toBe('--limit');
});
