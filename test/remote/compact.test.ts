import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compactScript } from '../../src/remote/compact.ts';

const lines = (...all: string[]) => `${all.join('\n')}\n`;

/** [what, before, after] */
const CASES: readonly (readonly [string, string, string])[] = [
  ['comments and blank lines go', lines('# one', 'a', '', '  # two', '\tb # three'), lines('a', 'b # three')],
  [
    '# in a word is no comment',
    lines(`\techo $# \${#a} a#b \${x#y}`, 'c'),
    lines(`echo $# \${#a} a#b \${x#y}`, 'c'),
  ],
  [
    'single quotes stay',
    lines("a='", '  # not a comment', '', "'", '  b'),
    lines("a='", '  # not a comment', '', "'", 'b'),
  ],
  [
    'double quotes stay',
    lines('a="', '  # $(b) \\" kept', '"', '  c'),
    lines('a="', '  # $(b) \\" kept', '"', 'c'),
  ],
  ['quotes in a substitution', lines('a="$(echo "', ' x")"', ' b'), lines('a="$(echo "', ' x")"', 'b')],
  [
    'here-documents stay',
    lines('cat <<E', '  # kept', "it's", 'E', '  b'),
    lines('cat <<E', '  # kept', "it's", 'E', 'b'),
  ],
  [
    'quoted, with tabs',
    lines("cat <<-'E F'", '\t# kept', '\tE F', '\tb'),
    lines("cat <<-'E F'", '\t# kept', '\tE F', 'b'),
  ],
  [
    'two at once',
    lines('cat <<A <<B', ' a', 'A', ' b', 'B', ' c'),
    lines('cat <<A <<B', ' a', 'A', ' b', 'B', 'c'),
  ],
  ['continued lines stay', lines('\ta \\', '\t\tb \\', '\tc', '\td'), lines('a \\', '\t\tb \\', '\tc', 'd')],
  ['an escaped quote opens nothing', lines("a \\' b", '  c'), lines("a \\' b", 'c')],
  ['arithmetic is no here-document', lines('a=$((1 << 2))', '  b'), lines('a=$((1 << 2))', 'b')],
  ['a quote in a comment opens nothing', lines('a # it\'s "so', '  b'), lines('a # it\'s "so', 'b')],
  ['backticks', lines('a=`b "', ' c"`', ' d'), lines('a=`b "', ' c"`', 'd')],
];

describe('a compacted script', () => {
  test.each(CASES)('%s', (_, before, after) => {
    expect(compactScript(before)).toBe(after);
    expect(compactScript(after)).toBe(after);
  });

  test('does what it did before', () => {
    const script = lines(
      '# a comment',
      'f() {',
      '\t# another',
      '\tcat <<-END',
      '\t\t# text $1',
      '\tEND',
      "\tprintf '%s\\n' '",
      '\t# text',
      '\' "$#',
      '',
      '\t# more" \\',
      `\t\tand "\${1#a}" # the end`,
      '}',
      'f abc; x=$(f "it\'s"); echo "$x"',
    );
    const run = (text: string) => spawnSync('/bin/sh', ['-c', text], { encoding: 'utf8' }).stdout;
    expect(run(script)).toMatch(/text abc/);
    expect(run(compactScript(script))).toBe(run(script));
  });

  test.each([
    ['a single quote', "a='b\n"],
    ['a double quote', 'a="b\n'],
    ['a substitution', 'a=$(b\n'],
    ['a here-document', 'cat <<E\nb\n'],
  ])('throws where %s has no end', (_, script) => {
    expect(() => compactScript(script)).toThrow(/inside of quotes/);
  });

  test('the real one: no comment is left, and much of it is gone', () => {
    const script = readFileSync(new URL('../../src/remote/node-prep.sh', import.meta.url), 'utf8');
    const compact = compactScript(script);
    expect(compact).not.toMatch(/^\s*#/m);
    expect(compact.length).toBeLessThan(script.length * 0.7);
    expect(spawnSync('/bin/sh', ['-n', '-c', compact]).status).toBe(0);
  });
});
