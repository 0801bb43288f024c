import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shellTokens } from '../../src/checks/shell-words.ts';

/** Short forms: a word is its text (with ~ before it where the shell would change it), an operator is in brackets. */
const short = (command: string) =>
  shellTokens(command)?.map((token) => {
    if (token.kind === 'operator') return `[${token.text}]`;
    return token.kind === 'redirection' ? `<${token.text}>` : `${token.literal ? '' : '~'}${token.text}`;
  });

describe('a command is split as POSIX sh does', () => {
  test.each([
    ['ps -Aef | grep -q ./runner', ['ps', '-Aef', '[|]', 'grep', '-q', './runner']],
    ['grep \'a b\' "c d" e\\ f', ['grep', 'a b', 'c d', 'e f']],
    [`x'a'"b"c`, ['xabc']],
    [`"a\\"b\\$c\\n"`, ['a"b$c\\n']],
    ["''", ['']],
    ['a\\\nb', ['ab']],
    ['a \\\n b', ['a', 'b']],
    ['a&&b||c;d&e|f\ng', ['a', '[&&]', 'b', '[||]', 'c', '[;]', 'd', '[&]', 'e', '[|]', 'f', '[\n]', 'g']],
    ['(a)', ['[(]', 'a', '[)]']],
    ['a >/dev/null 2>&1 <b 3>> c', ['a', '<>/dev/null>', '<2>&1>', '<<b>', '<3>>c>']],
    ['a2>b', ['a2', '<>b>']],
    ['a >$b', ['a', '<>$>']],
    ['$a "$b" ~/c *.d e? [f] g~ h#i', ['~$a', '~$b', '~~/c', '~*.d', '~e?', '~[f]', 'g~', 'h#i']],
    [`'$a' '*' "*" \\*`, ['$a', '*', '*', '*']],
    ['a # b | c\nd', ['a', '[\n]', 'd']],
    ['a\rb', ['a\rb']],
    ['', []],
  ])('%j', (command, tokens) => expect(short(command)).toEqual(tokens));
});

test.each([
  'a $(b)',
  'a `b`',
  'a "$(b)"',
  'a "`b`"',
  `a $${'{b}'}`,
  'a $((1))',
  'a <<b',
  "a 'b",
  'a "b',
  'a \\',
  'a >',
  'a > | b',
])('what is not followed is not guessed at: %s', (command) => expect(shellTokens(command)).toBeNull());

test('every word knows its place, quotes included', () => {
  const command = `ps | grep -q 'a b'c`;
  const words = shellTokens(command)?.flatMap((token) => (token.kind === 'word' ? [token] : []));
  expect(words?.map(({ start, end }) => command.slice(start, end))).toEqual(['ps', 'grep', '-q', `'a b'c`]);
});

test('any text gives a value', () => {
  const shell = fc.string({ unit: fc.constantFrom(...`ab1 \t\n'"\\|&;()<>$\`*?[]~#{}=-`) });
  fc.assert(
    fc.property(fc.oneof(fc.string(), shell), (command) => {
      const tokens = shellTokens(command);
      expect(tokens === null || tokens.length <= command.length).toBe(true);
    }),
  );
});
