import { wireReader, wireString } from '../packets/wire.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type KeyType, keyTypeNamed } from './key-types.ts';

/** A public key, or a certificate of one. */
export interface PublicKey {
  /** The type of the (certified) key. */
  readonly type: KeyType;
  /** As a login sends it. */
  readonly blob: Buffer;
  /** The key itself: the blob, or what the certificate certifies. */
  readonly plain: Buffer;
  readonly certificate: Certificate | null;
}

/** No packet carries more (RFC 4253, 6.1). In bytes. */
const LARGEST = 32 * 1024;

/** Reads a public key or certificate; null for a type that is not supported and for bytes that make no sense. */
export function readPublicKey(blob: Uint8Array): PublicKey | null {
  if (blob.length > LARGEST) return null;
  const reader = wireReader(blob);
  const known = keyTypeNamed(reader.string()?.toString('latin1') ?? '');
  if (known === null) return null;
  const { type, certified } = known;
  // The authority's nonce comes before the certified key.
  if (certified && reader.string() === null) return null;
  const fields: Buffer[] = [];
  for (let i = 0; i < type.fields; i += 1) {
    const field = reader.string();
    if (field === null) return null;
    fields.push(field);
  }
  const own = Buffer.from(blob);
  if (!certified) return reader.rest().length > 0 ? null : { type, blob: own, plain: own, certificate: null };
  const certificate = readCertificate(reader);
  if (certificate === null) return null;
  return { type, blob: own, plain: Buffer.concat([type.name, ...fields].map(wireString)), certificate };
}

/** The type that a blob names, readable whatever the rest is; null where it names none. */
export function typeNameOf(blob: Uint8Array): string | null {
  const name = wireReader(blob).string()?.toString('latin1');
  return name !== undefined && /^[\x21-\x7e]{1,64}$/.test(name) ? name : null;
}

/** Why a blob is no public key that can be used, for the operator: to be called only where it is none. */
export function objectionToBlob(blob: Uint8Array): string {
  const name = typeNameOf(blob);
  return name === null || keyTypeNamed(name) !== null ? 'it is damaged' : `${name} keys are not supported`;
}

/** The first key in a file of public keys (`type base64 comment`, as ssh-keygen writes it); null where there is none. */
export function readPublicText(text: string): PublicKey | null {
  for (const line of text.split('\n')) {
    const [name, base64] = line.trim().split(/[ \t]+/, 2);
    if (name === undefined || base64 === undefined || name.startsWith('#')) continue;
    const blob = Buffer.from(base64, 'base64');
    const key = typeNameOf(blob) === name ? readPublicKey(blob) : null;
    if (key !== null) return key;
  }
  return null;
}
