import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { algorithmOf, signWith } from '../../../../src/transports/ssh2/keys/signature.ts';
import { wireReader, wireString } from '../../../../src/transports/ssh2/packets/wire.ts';

const DATA = Buffer.from('to be signed');
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

/** Takes a signature apart and has node:crypto verify it. */
function verified(signature: Buffer, key: KeyObject, digest: string | null, bytes: number): boolean {
  const reader = wireReader(signature);
  reader.string();
  const raw = reader.string() ?? Buffer.alloc(0);
  if (reader.rest().length > 0) return false;
  if (key.asymmetricKeyType !== 'ec') return verify(digest, DATA, createPublicKey(key), raw);
  const numbers = wireReader(raw);
  const fixed = [numbers.string(), numbers.string()].map((number) => {
    const digits = Buffer.concat([Buffer.alloc(bytes), number ?? Buffer.alloc(0)]);
    return digits.subarray(-bytes);
  });
  const joined = Buffer.concat(fixed);
  return verify(digest, DATA, { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' }, joined);
}

describe('a signature', () => {
  test.each<[string, KeyObject, string | null, number]>([
    ['ssh-ed25519', ed25519, null, 0],
    ['rsa-sha2-512', rsa, 'sha512', 0],
    ['rsa-sha2-256', rsa, 'sha256', 0],
    ['ssh-rsa', rsa, 'sha1', 0],
    ['ecdsa-sha2-nistp256', ec('prime256v1'), 'sha256', 32],
    ['ecdsa-sha2-nistp384', ec('secp384r1'), 'sha384', 48],
    ['ecdsa-sha2-nistp521', ec('secp521r1'), 'sha512', 66],
  ])('with %s has its name and holds', async (algorithm, key, digest, bytes) => {
    // Several: ECDSA's numbers differ in length.
    for (let i = 0; i < 20; i += 1) {
      const signature = await signWith(key, DATA, algorithm);
      if (!signature.ok) throw new Error(signature.error);
      expect(algorithmOf(signature.value)).toBe(algorithm);
      expect(verified(signature.value, key, digest, bytes)).toBe(true);
    }
  });

  test.each<[string, KeyObject, string, string]>([
    ['of a type that nobody knows', ed25519, 'ssh-dss', 'ssh-dss is not a signature of this key'],
    ['that its key cannot make', ed25519, 'rsa-sha2-512', 'it cannot sign with rsa-sha2-512 ('],
    [
      'for which the key is too short',
      generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey,
      'rsa-sha2-512',
      'it cannot sign with rsa-sha2-512 (',
    ],
  ])('%s is an error, as a value', async (_, key, algorithm, words) => {
    const signature = await signWith(key, DATA, algorithm);
    expect(signature.ok ? '' : signature.error).toContain(words);
  });
});

test.each([
  ['nothing', Buffer.of()],
  ['a name alone', wireString('ssh-ed25519')],
  ['a name with nothing after it', Buffer.concat([wireString('ssh-ed25519'), wireString('')])],
])('%s is no signature', (_, bytes) => {
  expect(algorithmOf(bytes)).toBeNull();
});
