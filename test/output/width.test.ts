import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AFTER_COMMAS, chop, pad, truncate, widthOf, wrap } from '../../src/output/width.ts';

describe('the width of a text in columns', () => {
  test.each([
    ['plain text counts its characters', 'agent-07', 8],
    ['an accent on the letter before it takes no column', 'e\u0301', 1],
    ['Chinese characters take two', '节点', 4],
    ['emoji take two', '🚀', 2],
    ['a sign in its emoji form takes two', '\u2764\ufe0f', 2],
    ['the glyphs of the live view take one', '✔✖█▒░·…⠋', 8],
    ['nothing takes nothing', '', 0],
  ])('%s', (_, text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });
});

describe('cutting and filling', () => {
  test.each([
    ['what fits stays', 'agent-07', 8, 'agent-07'],
    ['what does not ends in an ellipsis', 'agent-07', 7, 'agent-…'],
    ['half of a wide character is not shown', '节点', 3, '节…'],
    ['no column shows nothing', 'agent-07', 0, ''],
    ['not even in a negative number of them', 'agent-07', -3, ''],
  ])('%s', (_, text, columns, cut) => {
    expect(truncate(text, columns)).toBe(cut);
  });

  test('a padded text has exactly the width that was asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }), (text, columns) => {
        const plain = text.replace(/\p{Cc}/gu, '');
        expect(widthOf(pad(plain, columns))).toBe(columns);
        expect(widthOf(truncate(plain, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('wrapping', () => {
  test('lines break at spaces and hang under their beginning', () => {
    expect(wrap('Next: put its CA into the folder', 20, '', '      ')).toEqual([
      'Next: put its CA',
      '      into the',
      '      folder',
    ]);
  });

  test('a word that is longer than a line stays whole', () => {
    const path = '/etc/docker/certs.d/registry.example.com/ca.crt';
    expect(wrap(`into ${path} now`, 20, '  ')).toEqual(['  into', `  ${path}`, '  now']);
  });

  test('a list of names may break after its commas', () => {
    expect(wrap('agent-[01,03,05]: NO_SPACE', 16, '', '  ', AFTER_COMMAS)).toEqual([
      'agent-[01,03,',
      '  05]: NO_SPACE',
    ]);
  });

  test('no text is no line', () => {
    expect(wrap('', 20)).toEqual([]);
  });

  test('no word is lost, and a line is longer than the window only where one word is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }),
        fc.integer({ min: 10, max: 60 }),
        (words, columns) => {
          const lines = wrap(words.join(' '), columns, '', '  ');
          expect(lines.join(' ').trim().split(/ +/)).toEqual(words);
          for (const line of lines)
            if (line.trim().includes(' ')) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  test('chopping keeps every character and every line within its width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '节', 'e\u0301', ' ') }),
        fc.integer({ min: 2, max: 20 }),
        (text, columns) => {
          const lines = chop(text, columns);
          expect(lines.join('')).toBe(text);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
