import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passwordEntry, readEntry, readStoredEntry } from '../../src/credential/entry.ts';
import { Secret } from '../../src/domain/secret.ts';

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const NAME = 'registry.example.com:5000';
const AUTH = base64('ci:s3cret:with:colons');

test('an entry is base64 of user:password in UTF-8, under the key that docker looks for', () => {
  expect(passwordEntry(NAME, 'ci', new Secret('pässwörd'))).toEqual({
    key: NAME,
    auth: base64('ci:pässwörd'),
  });
  expect(passwordEntry('docker.io', 'ci', new Secret('x')).key).toBe('https://index.docker.io/v1/');
});

describe('what docker login stored is usable:', () => {
  test.each([
    ['a password', NAME, { auths: { [NAME]: { auth: AUTH } } }, { key: NAME, auth: AUTH }],
    [
      'beside the seed that keeps docker from choosing a helper',
      NAME,
      { auths: { 'node-prep.invalid': {}, [NAME]: { auth: AUTH } } },
      { key: NAME, auth: AUTH },
    ],
    [
      'under an old key',
      NAME,
      { auths: { [`https://${NAME}/v1/`]: { auth: AUTH } } },
      { key: NAME, auth: AUTH },
    ],
    [
      'an identity token, whose entry is made anew',
      NAME,
      { auths: { [NAME]: { auth: 'whatever', identitytoken: 'eyJ.a-b_c' } } },
      { key: NAME, auth: base64('ci:'), identitytoken: 'eyJ.a-b_c' },
    ],
    [
      'an empty store, and a helper for another registry',
      NAME,
      { auths: { [NAME]: { auth: AUTH } }, credsStore: '', credHelpers: { 'gcr.io': 'gcloud' } },
      { key: NAME, auth: AUTH },
    ],
    [
      'Docker Hub',
      'docker.io',
      { auths: { 'https://index.docker.io/v1/': { auth: AUTH } } },
      { key: 'https://index.docker.io/v1/', auth: AUTH },
    ],
  ])('%s', (_, name, config, entry) => {
    expect(readStoredEntry(bytes(config), name, 'ci')).toEqual({ ok: true, value: entry });
  });
});

describe('what docker login stored is not usable:', () => {
  test.each([
    ['nothing', NAME, '', /no JSON object/],
    ['half a file', NAME, '{"auths":{"regis', /no JSON object/],
    ['a list', NAME, '[]', /no JSON object/],
    ['no auths', NAME, {}, /no entry/],
    ['another registry', NAME, { auths: { 'other.example.com': { auth: AUTH } } }, /no entry/],
    ['a property of every object', 'constructor', { auths: {} }, /no entry/],
    [
      'the key that old CLIs store Docker Hub under',
      'docker.io',
      { auths: { 'docker.io': { auth: AUTH } } },
      /no entry/,
    ],
    ['an empty entry', NAME, { auths: { [NAME]: {} } }, /neither a password nor/],
    ['null', NAME, { auths: { [NAME]: null } }, /neither a password nor/],
    ['an empty password', NAME, { auths: { [NAME]: { auth: base64('ci:') } } }, /neither a password nor/],
    ['no colon', NAME, { auths: { [NAME]: { auth: base64('ci') } } }, /neither a password nor/],
    ['no base64', NAME, { auths: { [NAME]: { auth: `${AUTH}!` } } }, /neither a password nor/],
    [
      'base64 with a line break',
      NAME,
      { auths: { [NAME]: { auth: `${AUTH}\n` } } },
      /neither a password nor/,
    ],
    ['a number', NAME, { auths: { [NAME]: { auth: 5 } } }, /neither a password nor/],
    ['another user', NAME, { auths: { [NAME]: { auth: base64('root:x') } } }, /another user/],
    [
      'an identity token with a line break',
      NAME,
      { auths: { [NAME]: { identitytoken: 'a\nb' } } },
      /token is malformed/,
    ],
    [
      'the agent chose a credential store',
      NAME,
      { auths: { [NAME]: {} }, credsStore: 'secretservice' },
      /store secretservice/,
    ],
    [
      'a helper has it',
      NAME,
      { auths: { [NAME]: { auth: AUTH } }, credHelpers: { [NAME]: 'e\x1b[31m' } },
      /helper e\\x1b\[31m/,
    ],
  ])('%s', (_, name, config, reason) => {
    const stored = readStoredEntry(bytes(config), name, 'ci');
    expect(stored).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });
});

test('any bytes and any JSON give a value, and no error quotes a secret of the file', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (input) => {
      const stored = readStoredEntry(input, NAME, 'ci');
      expect(typeof stored.ok).toBe('boolean');
    }),
  );
  const odd = { auths: { [NAME]: { auth: base64('root:hunter2'), password: 'hunter2' } } };
  expect(JSON.stringify(readStoredEntry(bytes(odd), NAME, 'ci'))).not.toContain('hunter2');
});

test('every user name and password that passwordEntry packs, readStoredEntry finds again', () => {
  const user = fc.string({ minLength: 1 }).filter((text) => !text.includes(':'));
  const password = fc.string({ minLength: 1 }).filter((text) => !/^\0+$/.test(text));
  fc.assert(
    fc.property(user, password, (username, text) => {
      const entry = passwordEntry(NAME, username, new Secret(text));
      const config = bytes({ auths: { [NAME]: { auth: entry.auth } } });
      expect(readStoredEntry(config, NAME, username)).toEqual({ ok: true, value: entry });
    }),
  );
});

test.each([
  [
    'a user name and a password in clear',
    { username: 'u', password: 'p' },
    { key: 'k', auth: base64('u:p') },
  ],
  ['an auth wins over them', { auth: AUTH, username: 'u', password: 'p' }, { key: 'k', auth: AUTH }],
  ['an identity token without an auth', { identitytoken: 't' }, { key: 'k', auth: '', identitytoken: 't' }],
  ['a broken auth', { auth: '%', username: 'u', password: 'p' }, null],
  ['an email alone', { email: 'a@example.com' }, null],
  ['a string', 'x', null],
])('docker reads %s', (_, value, entry) => expect(readEntry('k', value)).toEqual(entry));
