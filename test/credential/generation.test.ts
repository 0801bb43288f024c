import { expect, test } from 'vitest';
import { generationName } from '../../src/credential/generation.ts';

const key = new Uint8Array(32).fill(7);

test('the name of a generation depends on the key and on the text, and on nothing else', () => {
  const name = generationName(key, '{"auths":{}}');
  expect(name).toMatch(/^g-[0-9a-f]{8}$/);
  expect(generationName(new Uint8Array(key), '{"auths":{}}')).toBe(name);
  expect(generationName(key, '{"auths":{} }')).not.toBe(name);
  expect(generationName(new Uint8Array(32).fill(8), '{"auths":{}}')).not.toBe(name);
});

test('it is an HMAC-SHA-256 (RFC 4231, test case 2)', () => {
  expect(generationName(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe('g-5bdcc146');
});
