import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { objectionTo } from '../../../../src/transports/ssh2/keys/certificate.ts';
import {
  readPublicKey,
  readPublicText,
  typeNameOf,
} from '../../../../src/transports/ssh2/keys/public-key.ts';
import { wireString } from '../../../../src/transports/ssh2/packets/wire.ts';
import { publicLine, unsignedCertificate } from '../../../support/ssh-material.ts';

const blob = (...fields: string[]) => Buffer.concat(fields.map((field) => wireString(field)));

const KEYS: readonly (readonly [name: string, blob: Buffer])[] = [
  ['ssh-ed25519', blob('ssh-ed25519', 'key')],
  ['ecdsa-sha2-nistp384', blob('ecdsa-sha2-nistp384', 'nistp384', 'point')],
  ['ssh-rsa', blob('ssh-rsa', 'e', 'n')],
  ['sk-ssh-ed25519@openssh.com', blob('sk-ssh-ed25519@openssh.com', 'key', 'ssh:')],
  ['sk-ecdsa-sha2-nistp256@openssh.com', blob('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', 'Q', 'ssh:')],
];

describe.each(KEYS)('%s', (name, plain) => {
  const certificate = unsignedCertificate(plain, { keyId: 'anna', validAfter: 5n, validBefore: 9n });

  test('is a key', () => {
    expect(readPublicKey(plain)).toMatchObject({ type: { name }, blob: plain, plain, certificate: null });
    expect(readPublicText(`# mine\n\n${publicLine(plain)}`)?.blob).toEqual(plain);
  });
  test('is found in its certificate', () => {
    const said = { kind: 'user', keyId: 'anna', validAfter: 5n, validBefore: 9n };
    expect(readPublicKey(certificate)).toEqual({
      type: readPublicKey(plain)?.type,
      blob: certificate,
      plain,
      certificate: said,
    });
    expect(readPublicText(publicLine(certificate).replace('\n', '\r\n'))?.plain).toEqual(plain);
  });
  test.each([
    ['key', plain],
    ['certificate', certificate],
  ])('as a %s, cut or with something after it, is nothing', (_, whole) => {
    for (let end = 0; end < whole.length; end += 1) expect(readPublicKey(whole.subarray(0, end))).toBeNull();
    expect(readPublicKey(Buffer.concat([whole, Buffer.of(0)]))).toBeNull();
  });
});

describe('nothing', () => {
  test.each([
    ['a type that is not supported', blob('ssh-dss', 'p', 'q', 'g', 'y')],
    ['more than a packet carries', blob('ssh-ed25519', 'k'.repeat(40_000))],
  ])('is read from %s', (_, bytes) => {
    expect(readPublicKey(bytes)).toBeNull();
  });
  test.each([
    ['rubbish', 'rubbish'],
    ['a type without a key', 'ssh-ed25519'],
    [
      'a key that says it is another type',
      publicLine(KEYS[0]?.[1] ?? Buffer.of()).replace('ssh-ed25519', 'ssh-rsa'),
    ],
    ['a comment', `# ${publicLine(KEYS[0]?.[1] ?? Buffer.of())}`],
  ])('is read from a file with %s', (_, text) => {
    expect(readPublicText(text)).toBeNull();
  });
  test('no bytes make a reader throw, not even those that begin well', () => {
    const certificate = unsignedCertificate(KEYS[2]?.[1] ?? Buffer.of());
    const damaged = fc
      .tuple(fc.nat(certificate.length - 1), fc.nat(255))
      .map(([at, byte]) => Buffer.from(certificate).fill(byte, at, at + 1));
    const begun = fc
      .tuple(fc.constantFrom(...KEYS.map(([name]) => name)), fc.uint8Array())
      .map(([name, rest]) => Buffer.concat([wireString(name), rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), damaged, begun), fc.integer(), (bytes, now) => {
        const read = readPublicKey(bytes);
        if (read?.certificate != null) objectionTo(read.certificate, now);
        typeNameOf(bytes);
      }),
      { numRuns: 200 },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readPublicText(text)));
  });
});

describe('a certificate', () => {
  const about = (more: object) => ({
    kind: 'user' as const,
    keyId: '',
    validAfter: 100n,
    validBefore: 200n,
    ...more,
  });
  test.each([
    ['is fine from its first second', {}, 100_000, null],
    ['is fine up to its last', {}, 199_999, null],
    ['is fine for ever', { validAfter: 0n, validBefore: 2n ** 64n - 1n }, Date.UTC(2400), null],
    ['has not begun', {}, 99_999, 'the certificate is not valid before 1970-01-01T00:01:40.000Z'],
    ['has ended', {}, 200_000, 'the certificate has expired on 1970-01-01T00:03:20.000Z'],
    [
      'never begins',
      { validAfter: 2n ** 64n - 1n },
      0,
      'the certificate is not valid before +275760-09-13T00:00:00.000Z',
    ],
    ['is for a host', { kind: 'host' as const }, 150_000, "it is a host's certificate"],
    ['is for who knows what', { kind: 'unknown' as const }, 150_000, 'it is no certificate of a user'],
  ])('%s', (_, more, now, objection) => {
    expect(objectionTo(about(more), now)).toBe(objection);
  });
});
