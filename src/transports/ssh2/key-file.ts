import { createPrivateKey, sign as createSignature } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';
import { printable } from '../../lib/printable.ts';
import { errorCode } from './system-error.ts';
import { wireReader } from './wire.ts';

/** What a private key file is good for. */
export type KeyFile =
  | { readonly kind: 'usable'; readonly key: ParsedKey; readonly blob: Buffer }
  /** Encrypted, or only the public half: of use where the ssh-agent holds the key. Null: which key, nobody knows. */
  | { readonly kind: 'needs-agent'; readonly blob: Buffer | null; readonly reason: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string };

const LARGEST = 1024 * 1024;
const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END OPENSSH PRIVATE KEY-----/;
const ENCRYPTED_PEM = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;
const unusable = (reason: string): KeyFile => ({ kind: 'unusable', reason });

/** The hash that each type of key signs with where the protocol does not name one. */
const HASHES = new Map<string, string>([
  ['ssh-rsa', 'sha1'],
  ['ecdsa-sha2-nistp256', 'sha256'],
  ['ecdsa-sha2-nistp384', 'sha384'],
  ['ecdsa-sha2-nistp521', 'sha512'],
]);

/** Reads a private key file. Never rejects. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  try {
    const found = await stat(path);
    const { size, mode, uid } = found;
    if (!found.isFile()) return unusable('it is not a file');
    if (size > LARGEST) return unusable('it is too large for a key');
    const text = await readFile(path, 'utf8');
    const isPrivate = text.includes('PRIVATE KEY');
    // As ssh(1): the mode matters where the key is one's own.
    if (isPrivate && (mode & 0o077) !== 0 && uid === ownUid()) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      return unusable(`others can read it (mode ${octal}): chmod 600 it`);
    }
    return await parse(text, path);
  } catch (error) {
    return errorCode(error) === 'ENOENT'
      ? { kind: 'missing' }
      : unusable(`it cannot be read (${errorCode(error)})`);
  }
}

/** Null where the system has no entry for the user (a container): then nobody's key is taken for one's own. */
function ownUid(): number | null {
  try {
    return userInfo().uid;
  } catch {
    return null;
  }
}

async function parse(text: string, path: string): Promise<KeyFile> {
  const openssh = readOpenSsh(text);
  if (openssh?.encrypted) return { kind: 'needs-agent', blob: openssh.blob, reason: 'it is encrypted' };
  if (ENCRYPTED_PEM.test(text)) {
    return { kind: 'needs-agent', blob: await publicHalf(`${path}.pub`), reason: 'it is encrypted' };
  }
  const key = parsedKey(fromPkcs8(text));
  if (key === null)
    return unusable(openssh === null ? 'it is not a private key' : `${openssh.type} keys are not supported`);
  if (key.type === 'ssh-dss') return unusable('DSA keys are not supported');
  const blob = key.getPublicSSH();
  if (!key.isPrivateKey()) return { kind: 'needs-agent', blob, reason: 'it is a public key' };
  return { kind: 'usable', key: signingWithKeyObject(key), blob };
}

/** The part of OpenSSH's own format that is never encrypted (PROTOCOL.key); null for other formats. */
function readOpenSsh(text: string): { encrypted: boolean; blob: Buffer; type: string } | null {
  const encoded = OPENSSH.exec(text)?.[1];
  if (encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  const magic = 'openssh-key-v1\0';
  if (!bytes.subarray(0, magic.length).equals(Buffer.from(magic))) return null;
  const reader = wireReader(bytes.subarray(magic.length));
  const cipher = reader.string();
  reader.string();
  reader.string();
  reader.uint32();
  const blob = reader.string();
  if (cipher === null || blob === null) return null;
  const type = wireReader(blob).string()?.toString('latin1') ?? 'these';
  return { encrypted: cipher.toString() !== 'none', blob, type: printable(type) };
}

async function publicHalf(path: string): Promise<Buffer | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return parsedKey(text)?.getPublicSSH() ?? null;
}

/** PKCS#8, as openssl writes it, in the older form that ssh2 reads; anything else as it is. */
function fromPkcs8(text: string): string {
  if (!text.includes('-----BEGIN PRIVATE KEY-----')) return text;
  const key = createPrivateKey(text);
  if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
  return key.asymmetricKeyType === 'ec' ? key.export({ type: 'sec1', format: 'pem' }).toString() : text;
}

function parsedKey(text: string): ParsedKey | null {
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error) return null;
  return Array.isArray(parsed) ? (parsed[0] ?? null) : parsed;
}

/** ssh2 would read the PEM again for each signature, which costs more than all the rest of a login. */
function signingWithKeyObject(key: ParsedKey): ParsedKey {
  const keyObject = createPrivateKey(key.getPrivatePEM());
  key.sign = (data, hash) => {
    try {
      return createSignature(hash ?? HASHES.get(key.type) ?? null, asBytes(data), keyObject);
    } catch (error) {
      // ssh2 expects an Error as the value, although its types do not say so: it then goes on to the next key.
      return error as Buffer;
    }
  };
  return key;
}

function asBytes(data: Buffer | string): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : data;
}
