import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { curlConfig } from '../../src/steps/curl-config.ts';
import { SECRET, USER } from './support.ts';

const url = new URL('https://registry.example.com:5000/v2/');
const textOf = (request: Parameters<typeof curlConfig>[0]) => curlConfig(request).reveal();

/** The value of an option, read back as curl(1) says: within double quotes \\, \", \t, \n, \r and \v are escapes. */
function optionOf(text: string, name: string): string | undefined {
  const quoted = new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1];
  const escapes: Record<string, string> = { t: '\t', n: '\n', r: '\r', v: '\v' };
  return quoted?.replace(/\\(.)/g, (_, c: string) => escapes[c] ?? c);
}

test('a question without a credential: one protocol, no redirect, bounded in time and size', () => {
  expect(textOf({ url, insecure: false }).split('\n')).toEqual([
    'url = "https://registry.example.com:5000/v2/"',
    'proto = "=https"',
    'silent',
    'show-error',
    'include',
    'globoff',
    'connect-timeout = "10"',
    'max-time = "20"',
    'max-filesize = "60000"',
    'limit-rate = "100k"',
    '',
  ]);
});

test('a HEAD fetches nothing, and so has no longest length', () => {
  const text = textOf({ url, insecure: false, head: true });
  expect(text).toMatch(/^head$/m);
  expect(text).not.toContain('max-filesize');
});

test('loopback may be asked without a certificate, and without encryption', () => {
  const text = textOf({ url: new URL('http://127.0.0.1:5000/v2/'), insecure: true });
  expect(text).toContain('\ninsecure\n');
  expect(optionOf(text, 'proto')).toBe('=http');
});

test('a user name and a password of any characters stay one value on one line', () => {
  const any = fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(any, any, (username, password) => {
      const text = textOf({ url, insecure: false, user: { username, password: new Secret(password) } });
      expect(optionOf(text, 'user')).toBe(`${username}:${password}`);
      expect(text.match(/^user = /gm)).toHaveLength(1);
    }),
  );
  const user = { username: USER, password: SECRET };
  expect(textOf({ url, insecure: false, user })).toContain(String.raw`user = "ci user:pä \"s'\\w:x/ö\t!"`);
});

test('a token goes into a header', () => {
  const text = textOf({ url, insecure: false, bearer: new Secret('tok.en') });
  expect(optionOf(text, 'header')).toBe('Authorization: Bearer tok.en');
});

test('the whole of it is a secret', () => {
  expect(String(curlConfig({ url, insecure: false }))).toBe('[secret]');
});
