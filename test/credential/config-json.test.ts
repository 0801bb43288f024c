import { expect, test } from 'vitest';
import { configJson } from '../../src/credential/config-json.ts';

const A = { key: 'a.example.com', auth: 'YTph' };
const B = { key: 'B.example.com', auth: 'Yjpi' };
const TOKEN = { key: 'https://index.docker.io/v1/', auth: 'dTo=', identitytoken: 'tok' };

test('it holds these registries and nothing else, sorted, with tabs, without a final line break', () => {
  expect(configJson([TOKEN, A, B])).toBe(
    [
      '{',
      '\t"auths": {',
      '\t\t"B.example.com": {',
      '\t\t\t"auth": "Yjpi"',
      '\t\t},',
      '\t\t"a.example.com": {',
      '\t\t\t"auth": "YTph"',
      '\t\t},',
      '\t\t"https://index.docker.io/v1/": {',
      '\t\t\t"auth": "dTo=",',
      '\t\t\t"identitytoken": "tok"',
      '\t\t}',
      '\t}',
      '}',
    ].join('\n'),
  );
});

test('the order of the registries does not matter', () => {
  expect(configJson([A, B, TOKEN])).toBe(configJson([TOKEN, B, A]));
});

test('a registry may be called __proto__', () => {
  expect(configJson([{ key: '__proto__', auth: 'YTph' }])).toContain('"__proto__": {');
});

test('nothing of an entry but its credential gets in', () => {
  const more = { ...A, email: 'a@example.com', password: 'hunter2' };
  expect(configJson([more])).toBe(configJson([A]));
});
