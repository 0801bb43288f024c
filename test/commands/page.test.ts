import { expect, test } from 'vitest';
import { columns, wrap } from '../../src/commands/page.ts';

test('columns are as wide as their widest cell, without blanks at the end', () => {
  expect(
    columns([
      ['a', 'bb', ''],
      ['ccc', 'd', 'e'],
    ]),
  ).toEqual(['a    bb', 'ccc  d   e']);
});

test('text is broken after spaces and commas, and indented', () => {
  const words = Array.from({ length: 30 }, (_, index) => `agent-${index}`).join(',');
  const lines = wrap(`failed: ${words}`, 2, 6).split('\n');
  expect(lines[0]).toMatch(/^ {2}failed: agent-0,/);
  expect(lines[1]).toMatch(/^ {6}agent/);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.map((line) => line.trim()).join('')).toBe(`failed: ${words}`);
});

test('a word that is longer than a line stays whole', () => {
  expect(wrap('x'.repeat(100), 2)).toBe(`  ${'x'.repeat(100)}\n`);
});
