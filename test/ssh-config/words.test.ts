import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/ssh-config/parse.ts';
import { parseTime } from '../../src/ssh-config/values.ts';
import { readLine, splitArguments, takeWord } from '../../src/ssh-config/words.ts';
import { variable } from './reading.ts';

describe('a line', () => {
  test.each([
    ['a keyword in lower case and the rest', 'HostName  web ', { keyword: 'hostname', rest: 'web' }],
    ['one equals sign between them', 'Port = 22', { keyword: 'port', rest: '22' }],
    ['a second equals sign belongs to the rest', 'Port==22', { keyword: 'port', rest: '=22' }],
    ['blanks before it', '\t Port 22', { keyword: 'port', rest: '22' }],
    ['a carriage return at the end', 'Port 22\r', { keyword: 'port', rest: '22' }],
    ['a keyword in quotes', '"Port" 22', { keyword: 'port', rest: '22' }],
    ['what is behind a NUL does not count', 'Port 22\0 33', { keyword: 'port', rest: '22' }],
    ['a keyword alone', 'Port', { keyword: 'port', rest: '' }],
    ['nothing', '', null],
    ['blanks', ' \t ', null],
    ['a comment', '  # Port 22', null],
    ['a keyword in an open quote', '"Port 22', null],
  ])('%s', (_, text, line) => {
    expect(readLine(text)).toEqual(line);
  });
});

describe('arguments', () => {
  test.each([
    ['several', 'a  b\tc', ['a', 'b', 'c']],
    ['none', '', []],
    ['in quotes', `"a b" 'c d'`, ['a b', 'c d']],
    ['quotes within', `a"b c"d`, ['ab cd']],
    ['an empty one', `"" a`, ['', 'a']],
    ['the other quote in quotes', `"it's" 'a "b"'`, [`it's`, 'a "b"']],
    ['escapes', String.raw`a\ b \"c \\d \e`, ['a b', '"c', String.raw`\d`, String.raw`\e`]],
    ['no escaped blank in quotes', String.raw`"a\ b"`, [String.raw`a\ b`]],
    ['a comment', 'a #b c', ['a']],
    ['no comment in a word', 'a#b', ['a#b']],
    ['no comment in quotes', '"#a" b', ['#a', 'b']],
    ['an open quote', 'a "b', null],
    ['an escaped quote leaves it open', String.raw`"a\"`, null],
  ])('%s', (_, text, found) => {
    expect(splitArguments(text)).toEqual(found);
  });
});

describe('a word of a Match line', () => {
  test.each([
    ['host a', { word: 'host', rest: 'a' }],
    ['host=a', { word: 'host', rest: 'a' }],
    ['host = a', { word: 'host', rest: 'a' }],
    ['"a b" c', { word: 'a b', rest: 'c' }],
    ['a"b c"d', { word: 'ab c', rest: 'd' }],
    ['all', { word: 'all', rest: null }],
    ['"all', null],
  ])('%s', (text, taken) => {
    expect(takeWord(text)).toEqual(taken);
  });
});

describe('a time', () => {
  test.each([
    ['90', 90_000],
    ['1m30', 90_000],
    ['1H30m', 5_400_000],
    ['none', 0],
    ['0', 0],
    ['3w', 86_400_000],
    ['99999999999', null],
    ['4000000000', null],
    ['1x', null],
    ['-1', null],
    ['', null],
  ])('%s is %s milliseconds, at most a day', (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });
});

describe('any text', () => {
  const words = fc.constantFrom(
    ...[
      'Host',
      'Match',
      'host',
      'user',
      'all',
      '!all',
      'final',
      'exec',
      'Include',
      'Port',
      'ProxyJump',
      'none',
    ],
    ...[
      '"',
      "'",
      '\\',
      '=',
      '#',
      ' ',
      '\t',
      '\r',
      '\n',
      ',',
      '%h',
      variable('X'),
      '*',
      '?',
      '!',
      '~',
      '\0',
      '[',
      ']',
      '@',
      ':',
    ],
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
  );
  const origin = { file: '/c', fromUser: true };

  test('becomes a value, and every line at most one thing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { lines, problems, doubts } = parseConfig(text, origin);
        const told = lines.length + problems.length + doubts.length;
        expect(told).toBeLessThanOrEqual(text.split('\n').length);
        for (const { line = 0 } of problems) expect(line).toBeGreaterThan(0);
      }),
    );
  });

  test('words in double quotes come back as they are', () => {
    const plain = fc.string().filter((word) => !/["\\\n\r\0]/.test(word));
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1 }), (list) => {
        expect(splitArguments(list.map((word) => `"${word}"`).join(' '))).toEqual(list);
      }),
    );
  });

  test('of a megabyte takes no longer than its length asks for', () => {
    for (const text of [
      '"'.repeat(1_000_000),
      ' '.repeat(1_000_000),
      `Host ${'a '.repeat(400_000)}`,
      '\n'.repeat(1_000_000),
    ])
      expect(parseConfig(text, origin).problems.length).toBeLessThanOrEqual(1);
    expect(parseConfig('Port x\n'.repeat(100_000), origin).problems).toHaveLength(50);
  });
});
