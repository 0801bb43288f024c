import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInventory, SMALLEST_INVENTORY } from '../../src/inventory/inventory.ts';
import { formatProblems } from '../../src/inventory/problems.ts';
import { AGENTS, bad, good, places, REGISTRIES, read, WHERE } from './reading.ts';

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('bytes that are no text are one problem', () => {
  test.each([
    ['no bytes', bytes(), '1:1 INVENTORY_EMPTY'],
    ['five megabytes', new Uint8Array(5_000_000).fill(0x61), '1:1 INVENTORY_TOO_BIG'],
    ['UTF-16 with a byte order mark', utf16(SMALLEST_INVENTORY), '1:1 INVENTORY_NOT_TEXT'],
    ['UTF-16, the other way round', utf16(SMALLEST_INVENTORY).swap16(), '1:1 INVENTORY_NOT_TEXT'],
    ['UTF-16 without a mark', utf16(SMALLEST_INVENTORY).subarray(2), '1:2 INVENTORY_NOT_TEXT'],
    ['a program', bytes(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0), '1:8 INVENTORY_NOT_TEXT'],
    ['gzip', bytes(0x1f, 0x8b, 8, 0, 0, 0), '1:4 INVENTORY_NOT_TEXT'],
    ['a NUL in a good inventory', utf8(`${SMALLEST_INVENTORY}\0`), '7:1 INVENTORY_NOT_TEXT'],
    ['Latin-1', bytes(0x61, 0x3a, 0x20, 0xe9, 0x0a), '1:4 INVENTORY_NOT_TEXT'],
    ['half of a surrogate pair', bytes(0x61, 0xed, 0xa0, 0x80), '1:2 INVENTORY_NOT_TEXT'],
    [
      'lines that end in CR alone',
      utf8(SMALLEST_INVENTORY.replaceAll('\n', '\r')),
      '1:12 INVENTORY_NOT_TEXT',
    ],
  ])('%s', (_, content, place) => {
    const result = readInventory(content, WHERE);
    expect(result.ok ? [] : places(result.error)).toEqual([place]);
  });

  test('a character that only looks like a broken one is none', () => {
    expect(good(`# \ufffd\n${SMALLEST_INVENTORY}`).targets).toHaveLength(40);
  });
});

describe('text that is no inventory is explained', () => {
  test.each([
    ['nothing', '', ['1:1 INVENTORY_EMPTY']],
    ['blanks and lines', ' \n\n', ['1:1 INVENTORY_EMPTY']],
    ['comments', '# nothing\n# yet\n', ['1:1 INVENTORY_EMPTY']],
    ['the start of a document', '---\n', ['1:1 INVENTORY_EMPTY']],
    ['null', 'null\n', ['1:1 INVENTORY_EMPTY']],
    ['an empty list', '[]', ['1:1 WRONG_VALUE']],
    ['a list of hosts', '- web1\n- web2\n', ['1:1 WRONG_VALUE']],
    ['a word', 'inventory', ['1:1 WRONG_VALUE']],
    ['a number', '42', ['1:1 WRONG_VALUE']],
    ['an empty mapping', '{}', ['1:1 NO_AGENTS', '1:1 MISSING_KEY']],
    ['an INI file', '[web]\nweb1 port=22\n', ['2:1 YAML_INVALID']],
    ['two documents', `${SMALLEST_INVENTORY}---\n${SMALLEST_INVENTORY}`, ['7:1 YAML_UNSUPPORTED']],
    ['a directive', `%YAML 1.1\n---\n${SMALLEST_INVENTORY}`, ['1:1 YAML_UNSUPPORTED']],
  ])('%s', (_, text, expected) => {
    expect(places(bad(text))).toEqual(expected);
  });

  test('an empty one with the smallest that works', () => {
    expect(bad('')[0]?.hint).toContain(SMALLEST_INVENTORY.trimEnd());
  });
});

describe('broken YAML is explained at its place', () => {
  test.each([
    [
      'a tab for indentation',
      `${REGISTRIES}agents:\n\t- a1\n`,
      '4:1 YAML_INVALID',
      'A tab is used for indentation',
    ],
    [
      'a missing blank after the colon',
      `${REGISTRIES}${AGENTS}archive:\n  path:/x.tgz\n  mode: "0600"\n`,
      '5:3 YAML_INVALID',
      'a key without its colon and space',
    ],
    [
      'a colon in a value',
      `${REGISTRIES}${AGENTS}ssh:\n  user: a: b\n`,
      '5:9 YAML_INVALID',
      'a second key on this line',
    ],
    [
      'lines that are not aligned',
      `${REGISTRIES}${AGENTS}ssh:\n  user: a\n port: 1\n`,
      '6:1 YAML_INVALID',
      'not indented like its neighbours',
    ],
    [
      'a quote that is never closed',
      `${REGISTRIES}agents: ["a1]\n`,
      '4:1 YAML_INVALID',
      'Something is missing here',
    ],
    [
      'a bracket that is never closed',
      `${REGISTRIES}agents: [a1\nssh: {}\n`,
      '4:1 YAML_INVALID',
      'a bracket before it is not closed',
    ],
    [
      'a range in brackets without quotes',
      `${REGISTRIES}agents: [10.0.1.[1-3]]\n`,
      '3:17 YAML_INVALID',
      'Something is missing here',
    ],
    [
      'a value that starts with an @',
      `${REGISTRIES}agents:\n  - @web\n`,
      '4:5 YAML_INVALID',
      'cannot start with this character',
    ],
  ])('%s', (_, text, place, words) => {
    const problems = bad(text);
    expect(places(problems)).toEqual([place]);
    expect(problems[0]?.message).toContain(words);
  });

  test('in every line that is broken', () => {
    const text = 'registries:\n  r.example.com: @x\n  s.example.com: `y`\nagents:\n  - a: b: c\n';
    expect(places(bad(text))).toEqual(['2:18 YAML_INVALID', '3:18 YAML_INVALID', '5:8 YAML_INVALID']);
  });
});

describe('what YAML can do and an inventory does not use is refused', () => {
  test.each([
    ['a duplicate key', `${REGISTRIES}${AGENTS}ssh: { port: 1, port: 2 }\n`, ['4:17 DUPLICATE_KEY']],
    ['a duplicate section', `${REGISTRIES}${AGENTS}${AGENTS}`, ['4:1 DUPLICATE_KEY']],
    ['a tag', `${REGISTRIES}agents: !hosts [a1]\n`, ['3:16 YAML_UNSUPPORTED']],
    ['a tag of YAML itself', `${REGISTRIES}agents: [!!str a1]\n`, ['3:16 YAML_UNSUPPORTED']],
    [
      'a merge key',
      `${REGISTRIES}agents: [ &a { host: a1 }, { <<: *a, host: a2 } ]\n`,
      ['3:30 YAML_UNSUPPORTED'],
    ],
    ['a list as a key', `${REGISTRIES}${AGENTS}? [a]\n: b\n`, ['4:3 YAML_UNSUPPORTED']],
    ['an empty key', `${REGISTRIES}${AGENTS}"": b\n`, ['4:1 YAML_UNSUPPORTED']],
    ['an unknown alias', `${REGISTRIES}${AGENTS}ssh: *nowhere\n`, ['4:6 YAML_ALIAS', '4:6 WRONG_VALUE']],
    ['an alias for itself', `${REGISTRIES}agents: &a [*a]\n`, ['3:13 YAML_ALIAS', '3:13 WRONG_VALUE']],
  ])('%s', (_, text, expected) => {
    expect(places(bad(text))).toEqual(expected);
  });
});

describe('what is meant to explode does not', { timeout: 60_000 }, () => {
  const laughs = Array.from('bcdefghi', (letter, n) => {
    const before = String.fromCharCode('a'.charCodeAt(0) + n);
    return `${letter}: &${letter} [${Array(9).fill(`*${before}`).join(', ')}]\n`;
  });

  test('a billion laughs', () => {
    const problems = bad(`a: &a [lol, lol, lol]\n${laughs.join('')}${REGISTRIES}agents: *i\n`);
    expect(problems.map(({ code }) => code)).toContain('YAML_ALIAS');
  });

  test.each([
    ['lists in lists', '['.repeat(10_000)],
    ['mappings in mappings', '{a: '.repeat(10_000)],
    ['lists of lists on one line', '- '.repeat(10_000)],
    ['keys of keys', '? '.repeat(10_000)],
    ['mappings by indentation', Array.from({ length: 500 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
  ])('%s, ten thousand deep', (_, text) => {
    expect(bad(text).map(({ code }) => code)).toEqual(['YAML_TOO_DEEP']);
  });

  test.each([
    ['closing brackets', ']'.repeat(200_000)],
    ['one long word', 'pass'.repeat(100_000)],
    ['one long host', `${REGISTRIES}agents: ["${'a:/@'.repeat(50_000)}"]`],
    ['a host of brackets', `${REGISTRIES}agents: ["${'[/'.repeat(100_000)}"]`],
    ['a long list of unknown keys', Array.from({ length: 2_000 }, (_, n) => `k${n}: 1\n`).join('')],
    ['a long line of bad hosts', `${REGISTRIES}agents: [${'-x, '.repeat(2_000)}]`],
  ])('%s', (_, text) => {
    expect(formatProblems(bad(text)).length).toBeLessThan(50_000);
  });
});

describe('no text makes it throw', { timeout: 60_000 }, () => {
  const where = (problem: { line?: number; column?: number }) =>
    (problem.line ?? 0) * 1e7 + (problem.column ?? 0);
  const check = (text: string) => {
    const result = read(text);
    const problems = result.ok ? [] : result.error;
    expect(problems.length > 0).toBe(!result.ok);
    expect(problems.map(where)).toEqual(problems.map(where).toSorted((a, b) => a - b));
    formatProblems(problems);
  };

  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), check));
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (content) => void readInventory(content, WHERE)));
  });

  const words = [
    'registries',
    'agents',
    'groups',
    'ssh',
    'password',
    'host',
    'port',
    'r.example.com',
    'a1',
    'n[1-3]',
    '22',
    '-x',
  ];
  const signs = [
    ': ',
    ':',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '{ ',
    ' }',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '&a ',
    '*a',
    '|',
    '>',
    '!',
    '#',
    '? ',
    '<<',
    '\t',
    '~',
    '@',
    '%',
    '---\n',
    '\r\n',
  ];
  const piece = fc.constantFrom(...words, ...signs);

  test('anything like YAML', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
        check,
      ),
      { numRuns: 300 },
    );
  });

  test('a good inventory with something put into it', () => {
    const text = `${REGISTRIES}ssh: { port: 22, user: a }\ngroups:\n  g:\n    checks: []\n    agents:\n      - a1\n      - { host: a2 }\n`;
    fc.assert(
      fc.property(fc.nat(text.length), piece, fc.nat(5), (at, inserted, removed) => {
        check(text.slice(0, at) + inserted + text.slice(at + removed));
      }),
      { numRuns: 300 },
    );
  });
});
