import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import ssh2 from 'ssh2';
import { wireMpint, wireString } from '../packets/wire.ts';

/** A private key that can sign. */
export interface PrivateKey {
  readonly key: KeyObject;
  /** Its public half, as a login sends it. */
  readonly blob: Buffer;
}

/** Finds OpenSSH's own format; the first group is its base64. */
export const OPENSSH_FORMAT =
  /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END OPENSSH PRIVATE KEY-----/;

/**
 * Reads a private key: OpenSSH's own format, PKCS#1, SEC1, PKCS#8; null for what is none, or not of a supported type.
 * An encrypted one needs the passphrase, and null then means that it is wrong. The work of decrypting is done on this
 * thread: seconds, where the format makes it hard.
 */
export function readPrivateKey(text: string, passphrase: Buffer | null): PrivateKey | null {
  try {
    const openSsh = OPENSSH_FORMAT.exec(text)?.[0];
    const key =
      openSsh !== undefined
        ? fromOpenSsh(openSsh, passphrase)
        : createPrivateKey({ key: text, ...(passphrase === null ? {} : { passphrase }) });
    const blob = key === null ? null : publicHalf(key);
    return key === null || blob === null ? null : { key, blob };
  } catch {
    return null;
  }
}

function fromOpenSsh(text: string, passphrase: Buffer | null): KeyObject | null {
  const parsed = ssh2.utils.parseKey(text, passphrase ?? undefined);
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  return first === undefined || first instanceof Error ? null : createPrivateKey(first.getPrivatePEM());
}

const CURVES = new Map([
  ['P-256', 'nistp256'],
  ['P-384', 'nistp384'],
  ['P-521', 'nistp521'],
]);

/** The public half of a key in SSH's form (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4); null for other types. */
function publicHalf(key: KeyObject): Buffer | null {
  if (!['rsa', 'ec', 'ed25519'].includes(key.asymmetricKeyType ?? '')) return null;
  const { kty, crv = '', x, y, n, e } = createPublicKey(key).export({ format: 'jwk' });
  const curve = CURVES.get(crv);
  if (kty === 'RSA')
    return Buffer.concat([wireString('ssh-rsa'), wireMpint(number(e)), wireMpint(number(n))]);
  if (kty === 'OKP') return Buffer.concat([wireString('ssh-ed25519'), wireString(number(x))]);
  if (curve === undefined) return null;
  const point = Buffer.concat([Uint8Array.of(4), number(x), number(y)]);
  return Buffer.concat([`ecdsa-sha2-${curve}`, curve, point].map(wireString));
}

function number(field: JsonWebKey['x']): Buffer {
  return Buffer.from(field ?? '', 'base64url');
}
