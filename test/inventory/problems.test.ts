import { describe, expect, test } from 'vitest';
import { formatProblems } from '../../src/inventory/problems.ts';
import { bad, REGISTRIES } from './reading.ts';

const problem = { code: 'X', message: 'It is wrong.', hint: 'Mend it.' };
const at = (line: number, column: number, source: string) => ({
  ...problem,
  file: 'inv.yaml',
  line,
  column,
  source,
});
const lines = (text: string) => text.split('\n').slice(0, -1);

test('a problem is its place, its line, a caret and what to do', () => {
  expect(formatProblems([at(3, 9, 'agents: [x]')])).toBe(
    ['inv.yaml:3:9: It is wrong.', '    agents: [x]', '            ^', '  → Mend it.', ''].join('\n'),
  );
});

describe('what is not known is left out', () => {
  test.each([
    ['no place', problem, ['It is wrong.', '  → Mend it.']],
    ['no line', { ...problem, file: 'inv.yaml' }, ['inv.yaml: It is wrong.', '  → Mend it.']],
    ['an empty line', at(1, 1, '  '), ['inv.yaml:1:1: It is wrong.', '  → Mend it.']],
    ['no hint', { ...problem, hint: '' }, ['It is wrong.']],
  ])('%s', (_, given, expected) => {
    expect(lines(formatProblems([given]))).toEqual(expected);
  });

  test('no problems are no text', () => {
    expect(formatProblems([])).toBe('');
  });
});

describe('the caret stands under the column', () => {
  const caret = (source: string, column: number) => {
    const [, shown = '', pointer = ''] = lines(formatProblems([at(1, column, source)]));
    return [shown.slice(4), pointer.slice(4)];
  };

  test.each([
    ['at the start', 'abc', 1, 'abc', '^'],
    ['after the end', 'abc', 4, 'abc', '   ^'],
    ['far after the end, as after a hidden secret', 'abc', 40, 'abc', '   ^'],
    ['after a tab', '\tabc', 2, ' abc', ' ^'],
    ['after wide characters', '名前: x', 5, '名前: x', '      ^'],
    ['after a character of two UTF-16 units', '🐳: x', 5, '🐳: x', '    ^'],
    ['after an accent of its own', 'e\u0301: x', 5, 'e\u0301: x', '   ^'],
  ])('%s', (_, source, column, shown, pointer) => {
    expect(caret(source, column)).toEqual([shown, pointer]);
  });

  test('in a part of a long line', () => {
    const source = `${'a'.repeat(500)}X${'b'.repeat(500)}`;
    const [shown = '', pointer = ''] = caret(source, 501);
    expect(shown).toBe(`…${'a'.repeat(50)}X${'b'.repeat(49)}…`);
    expect(shown[pointer.length - 1]).toBe('X');
  });

  test.each([
    ['start', 1, 'X', `X${'b'.repeat(99)}…`],
    ['end', 500, 'Y', `…${'b'.repeat(99)}Y`],
  ])('at the %s of a long line', (_, column, sign, expected) => {
    const [shown = '', pointer = ''] = caret(`X${'b'.repeat(498)}Y`, column);
    expect(shown).toBe(expected);
    expect(shown[pointer.length - 1]).toBe(sign);
  });
});

test('problems are in the order of their places', () => {
  const text = formatProblems([at(10, 1, 'c'), at(2, 5, 'b'), at(2, 1, 'a'), problem]);
  expect(text.match(/^(inv\S*|It)/gm)).toEqual(['It', 'inv.yaml:2:1:', 'inv.yaml:2:5:', 'inv.yaml:10:1:']);
});

test.each([
  [50, ''],
  [51, 'and 1 more problem\n'],
  [1_234, 'and 1184 more problems\n'],
])('of %i problems at most fifty are shown', (count, more) => {
  const text = formatProblems(Array.from({ length: count }, (_, n) => at(n + 1, 1, 'x')));
  expect(text.match(/It is wrong/g)).toHaveLength(50);
  expect(text.endsWith(more)).toBe(true);
});

test('control characters of the file and of its name do not reach the terminal', () => {
  const [first] = bad(`${REGISTRIES}agents: [a1]\n# \u001b[2J\nssh: { port: 0 } # \u001b]0;x\u0007 \u202e\n`);
  const text = formatProblems([{ ...problem, ...first, file: 'inv\u001b[31m.yaml' }]);
  expect(text).toContain('ssh: { port: 0 } # \ufffd]0;x\ufffd \ufffd');
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a hint of several lines is indented', () => {
  expect(lines(formatProblems([{ ...problem, hint: 'Write:\na: 1' }]))).toEqual([
    'It is wrong.',
    '  → Write:',
    '      a: 1',
  ]);
});
