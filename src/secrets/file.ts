import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secret } from '../domain/secret.ts';
import type { Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Result } from '../lib/result.ts';
import { interrupted, unavailable } from './problem.ts';
import { LARGEST_SECRET, secretFromBytes } from './text.ts';

/** What the file source needs of its surroundings. */
export interface FileLimits {
  readonly warn: (warning: Warning) => void;
  readonly signal: AbortSignal;
  /** How long a pipe may keep us waiting, in milliseconds. */
  readonly timeoutMs: number;
}

/** Reads a file of one line, or a pipe (`/dev/stdin`, `<(…)`). Others being able to read it is warned about. */
export async function readFile(path: string, limits: FileLimits): Promise<Result<Secret, Problem>> {
  const where = `The secret file ${printable(path, 300)}`;
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (facts.isDirectory()) return unavailable(`${where} is a folder.`);
    if (!facts.isFile() && !facts.isFIFO()) return unavailable(`${where} is neither a file nor a pipe.`);
    if (facts.isFile() && (facts.mode & 0o066) !== 0) limits.warn(openToOthers(path, facts.mode));
    const bytes = await readAll(file, limits);
    if (bytes === 'aborted') return interrupted();
    if (bytes === 'timed-out') return unavailable(`${where} is a pipe that nothing came out of.`);
    return secretFromBytes(bytes, where);
  } catch (error) {
    return unavailable(`${where} ${reason(error)}.`);
  } finally {
    await file?.close();
  }
}

/** Up to one byte more than the largest secret, so that more is noticed. */
async function readAll(
  file: FileHandle,
  { signal, timeoutMs }: FileLimits,
): Promise<Uint8Array | 'aborted' | 'timed-out'> {
  const buffer = Buffer.alloc(LARGEST_SECRET + 1);
  let length = 0;
  for (let waited = 0; ; ) {
    if (signal.aborted) return 'aborted';
    try {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      if (waited >= timeoutMs) return 'timed-out';
      waited += 20;
      await sleep(20);
    }
  }
}

function openToOthers(path: string, mode: number): Warning {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return {
    code: 'SECRET_FILE_OPEN',
    message: `The secret file ${printable(path, 300)} is open to other users (mode ${octal}).`,
    hint: `chmod 600 ${printable(path, 300)}`,
  };
}

function reason(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  return `cannot be read (${code})`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
