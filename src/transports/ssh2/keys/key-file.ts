import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { errorCode } from '../../system-error.ts';
import { wireReader } from '../packets/wire.ts';
import { OPENSSH_FORMAT, type PrivateKey, readPrivateKey } from './private-key.ts';
import { objectionToBlob, type PublicKey, readPublicKey, readPublicText } from './public-key.ts';

/** What a key file is good for. `half` is the public key, where it is known. */
export type KeyFile =
  | { readonly kind: 'usable'; readonly half: PublicKey; readonly key: PrivateKey['key'] }
  /** Encrypted: of use with its passphrase, or where the ssh-agent holds the key. `text` is the file's. */
  | {
      readonly kind: 'locked';
      readonly half: PublicKey | null;
      readonly reason: string;
      readonly text: string;
    }
  /** Only the public half, or a FIDO key: of use where the ssh-agent holds it. */
  | { readonly kind: 'needs-agent'; readonly half: PublicKey; readonly reason: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string };

const LARGEST = 1024 * 1024;
const ENCRYPTED_PEM = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** What OpenSSH may encrypt its own format with, as far as it can be decrypted here. */
const CIPHERS = [
  ...['aes128-ctr', 'aes192-ctr', 'aes256-ctr', 'aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc'],
  ...['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'],
];
const unusable = (reason: string): KeyFile => ({ kind: 'unusable', reason });

/** Reads a file that names an identity: a private key, a public one, a certificate. Never rejects. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const read = await readSmallFile(path);
  if (!read.ok) return unusable(read.error);
  if (read.value === null) {
    // As ssh(1): the public half may stand for a key that only the ssh-agent has.
    const half = await halfBeside(path);
    if (half === null) return { kind: 'missing' };
    return { kind: 'needs-agent', half, reason: 'only its public half is there' };
  }
  const { text, open } = read.value;
  if (text.includes('PRIVATE KEY') && open !== null)
    return unusable(`others can read it (mode ${open}): chmod 600 it`);
  return parse(text, path);
}

/** Reads a file with a public key or certificate; ok(null): there is no such file. Never rejects. */
export async function readPublicFile(path: string): Promise<Result<PublicKey | null, string>> {
  const read = await readSmallFile(path);
  if (!read.ok || read.value === null) return read.ok ? ok(null) : read;
  const key = readPublicText(read.value.text);
  return key === null ? err('there is no key in it that is supported') : ok(key);
}

interface SmallFile {
  readonly text: string;
  /** The mode, where others may read what is one's own; as ssh(1), which minds that for private keys. */
  readonly open: string | null;
}

/** Null: there is no such file. */
async function readSmallFile(path: string): Promise<Result<SmallFile | null, string>> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return err('it is not a file');
    if (found.size > LARGEST) return err('it is too large for a key');
    const open = (found.mode & 0o077) !== 0 && found.uid === ownUid();
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    return ok({ text: await readFile(path, 'utf8'), open: open ? mode : null });
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(null) : err(`it cannot be read (${errorCode(error)})`);
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
  const openssh = readHeader(text);
  if (openssh !== null) {
    const { blob, cipher } = openssh;
    const half = readPublicKey(blob);
    if (half === null) return unusable(objectionToBlob(blob));
    if (half.type.asksPerson) return { kind: 'needs-agent', half, reason: 'it is a FIDO key' };
    if (CIPHERS.includes(cipher)) return { kind: 'locked', half, reason: 'it is encrypted', text };
    if (cipher !== 'none')
      return { kind: 'needs-agent', half, reason: `it is encrypted with ${printable(cipher, 80)}` };
  } else if (text.includes('-----BEGIN DSA PRIVATE KEY-----')) {
    return unusable('DSA keys are not supported');
  } else if (ENCRYPTED_PEM.test(text)) {
    return { kind: 'locked', half: await halfBeside(path), reason: 'it is encrypted', text };
  }
  const key = readPrivateKey(text, null);
  if (key !== null) return usableKey(key);
  const half = text.includes('PRIVATE KEY') ? null : readPublicText(text);
  if (half !== null) return { kind: 'needs-agent', half, reason: 'it is a public key' };
  if (text.startsWith('PuTTY-User-Key-File'))
    return unusable("it is PuTTY's format: puttygen can export OpenSSH's");
  return unusable('it is not a private key of a supported type');
}

/** A key that can sign, as a file that needs nothing more. */
export function usableKey({ key, blob }: PrivateKey): KeyFile {
  const half = readPublicKey(blob);
  return half === null
    ? unusable('it is not a private key of a supported type')
    : { kind: 'usable', half, key };
}

/** The part of OpenSSH's own format that is never encrypted (PROTOCOL.key); null for other formats. */
function readHeader(text: string): { readonly cipher: string; readonly blob: Buffer } | null {
  const encoded = OPENSSH_FORMAT.exec(text)?.[1];
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
  return { cipher: cipher.toString('latin1'), blob };
}

async function halfBeside(path: string): Promise<PublicKey | null> {
  const read = await readPublicFile(`${path}.pub`);
  return read.ok ? read.value : null;
}
