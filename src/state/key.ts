import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const KEY_LENGTH = 32;

/**
 * The key that names generations: 32 random bytes in a file of their own (so that they outlive a damaged database),
 * made once. Two processes that make it at the same time get the same one. Throws where it cannot be had.
 */
export function generationKey(folder: string, randomBytes: (length: number) => Uint8Array): Uint8Array {
  const path = join(folder, 'generation.key');
  const key = readKey(path) ?? makeKey(path, randomBytes);
  if (key.length !== KEY_LENGTH) throw new Error(`${path} is damaged`);
  return key;
}

function readKey(path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function makeKey(path: string, randomBytes: (length: number) => Uint8Array): Uint8Array {
  const draft = `${path}.${Buffer.from(randomBytes(8)).toString('hex')}`;
  try {
    writeDurably(draft, randomBytes(KEY_LENGTH));
    // Unlike rename(2), link(2) never replaces a key that another process has put there meanwhile.
    linkSync(draft, path);
  } catch (error) {
    // Some file systems have no hard links.
    if (isCode(error, 'EPERM') || isCode(error, 'ENOTSUP') || isCode(error, 'ENOSYS'))
      renameSync(draft, path);
    else if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return new Uint8Array(readFileSync(path));
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    fchmodSync(file, 0o600);
    if (writeSync(file, bytes) !== bytes.length) throw new Error('no space left for the key');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
