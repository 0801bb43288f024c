import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/credential/redact.ts';
import { Secret } from '../../src/domain/secret.ts';
import { quote } from '../../src/lib/quote.ts';

const redactor = (secret: string, username?: string) =>
  createRedactor([
    username === undefined ? { secret: new Secret(secret) } : { secret: new Secret(secret), username },
  ]);
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

const PASSWORD = `pä "s'\\w&<ö>/+rd`;

/** How programs write a text. */
const WRITTEN: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['in JSON', (text) => JSON.stringify(text)],
  [
    'in JSON as Go writes it',
    (text) => JSON.stringify(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  ],
  [
    'in JSON with escapes alone',
    (text) =>
      text.replace(/[\s\S]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`),
  ],
  ['in a URL', encodeURIComponent],
  [
    'in a URL, with lower-case digits',
    (text) => encodeURIComponent(text).replace(/%../g, (c) => c.toLowerCase()),
  ],
  ['in a form', (text) => new URLSearchParams({ x: text }).toString().slice(2)],
  [
    'in a URL twice as careful',
    (text) => [...Buffer.from(text)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join(''),
  ],
  ['in a shell word', quote],
  ['in a shell word, as bash writes it', (text) => text.replace(/[^\w]/gu, (c) => `\\${c}`)],
  ['in double quotes', (text) => `"${text.replace(/[$`"\\]/g, (c) => `\\${c}`)}"`],
  ['in bytes', (text) => [...Buffer.from(text)].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')],
  ['in HTML', (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)],
];

describe('a secret does not survive', () => {
  test.each(WRITTEN)('%s', (_, write) => {
    expect(redactor(PASSWORD)(`before ${write(PASSWORD)} after`)).toMatch(
      /^before ["']?\[secret\]["']? after$/,
    );
  });

  test.each([
    ['in base64', base64(PASSWORD)],
    ['in base64 for URLs', Buffer.from(PASSWORD).toString('base64url')],
    ['in base64 with its user', base64(`ci:${PASSWORD}`)],
    ['in base64 with its user, unpadded', base64(`ci:${PASSWORD}`).replaceAll('=', '')],
    ['in base64 after one byte', base64(`x${PASSWORD}tail`)],
    ['in base64 after two bytes', base64(`xy${PASSWORD}tail`)],
    ['in folded base64', base64(`${'x'.repeat(50)}:${PASSWORD}${PASSWORD}`).replace(/.{76}/g, '$&\n')],
  ])('%s', (_, text) => {
    const masked = redactor(PASSWORD, 'ci')(`auth: ${text} end`);
    expect(masked).toMatch(/^auth: [\s\S]*\[secret\] end$/);
    expect(masked.length).toBeLessThan(100);
    for (let at = 0; at + 6 <= base64(PASSWORD).length; at += 1) {
      expect(masked).not.toContain(base64(PASSWORD).slice(at, at + 6));
    }
  });

  test('in whatever mix of spellings it is written', { timeout: 30_000 }, () => {
    const spell = fc.constantFrom(...WRITTEN.map(([, write]) => write));
    // No source gives a secret with a NUL, and no shell word can hold one.
    const secret = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(
        secret,
        fc.array(spell, { minLength: 1, maxLength: 4 }),
        fc.string(),
        (text, spells, around) => {
          fc.pre(!'[secret]'.includes(text));
          const written = [...text].map((c, index) =>
            (spells[index % spells.length] as (c: string) => string)(c),
          );
          // What quotes a single character only: the quotes are not part of it.
          const bare = written
            .map((c, index) => (c.length > 2 && /^(["']).*\1$/s.test(c) ? [...text][index] : c))
            .join('');
          const masked = redactor(text)(`${around}${bare}${around}`);
          expect(masked).not.toContain(text);
          expect(masked).toContain('[secret]');
          if (bare.length > 3) expect(masked).not.toContain(bare);
        },
      ),
    );
  });

  test('whatever text there is around it, and however often', { timeout: 30_000 }, () => {
    const secrets = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(secrets, fc.array(fc.string()), (texts, around) => {
        const redact = createRedactor(texts.map((text) => ({ secret: new Secret(text), username: 'ci' })));
        const masked = redact(around.join(texts.join('')) + texts.join(around.join('')));
        for (const text of texts.filter((one) => !'[secret]'.includes(one)))
          expect(masked).not.toContain(text);
      }),
    );
  });
});

describe('a secret that was cut off does not survive', () => {
  const redact = redactor('correct-horse-battery', 'ci');
  test.each([
    ['at the beginning', 'horse-battery is wrong', '[secret] is wrong'],
    ['at the beginning, after an escape', '72ect-horse-battery x', '[secret] x'],
    ['at the end', 'user ci, password correct-ho', 'user ci, password [secret]'],
    ['at the end, in the middle of an escape', 'password correct%2', 'password [secret]'],
    ['on both sides', 'orrect-horse-batter', '[secret]'],
    ['in base64, at the beginning', `${base64('ci:correct-horse-battery').slice(9)} x`, '[secret] x'],
    ['in base64, at the end', `x ${base64('ci:correct-horse-battery').slice(0, -9)}`, 'x [secret]'],
  ])('%s', (_, text, masked) => expect(redact(text)).toBe(masked));
});

test('other words stay as they are', () => {
  const text = 'Error response from daemon: Get "https://registry.example.com/v2/": unauthorized';
  expect(redactor('correct-horse-battery', 'ci')(text)).toBe(text);
});

test('overlapping secrets become one mask, the longer one included', () => {
  const redact = createRedactor([{ secret: new Secret('abc') }, { secret: new Secret('abcdef') }]);
  expect(redact('x abcdef y abc z abcabcdef')).toBe('x [secret] y [secret] z [secret]');
  expect(redactor('aa')('baaab')).toBe('b[secret]b');
});

test('an empty secret masks nothing', () => {
  expect(redactor('')('some text')).toBe('some text');
  expect(createRedactor([])('some text')).toBe('some text');
});

test('where a mask and its surroundings spell a secret, nothing is said', () => {
  expect(redactor(']x')('a]xx')).toBe('[secret]');
});

test('a secret of backslashes, which can be read in many ways, is found in bounded time', () => {
  expect(redactor('\\'.repeat(40))(`${'\\'.repeat(200)} end`)).toBe('[secret] end');
});
