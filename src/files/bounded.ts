import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';

const MOST = 8 * 1024 * 1024;
const PIECE = 64 * 1024;
/** How often a pipe is looked at, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** The reason that stands for the operator's Ctrl-C. */
const INTERRUPTED = 'interrupted';
const TERMINAL = 'it is a terminal, and nothing is piped into it';

/**
 * A file's bytes, at most 8 MiB; in words why not. At a pipe it waits for a writer and for what the writer says, until
 * it is interrupted.
 */
export async function readBounded(path: string, signal: AbortSignal): Promise<Result<Uint8Array, string>> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return, and Node could not even exit.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (facts.isDirectory()) return err('it is a folder');
    if (isatty(file.fd)) return err(TERMINAL);
    return await readAll(file, facts.isFIFO() && (await hasName(path)), signal);
  } catch (thrown) {
    return err(reasonOf(thrown));
  } finally {
    await file?.close();
  }
}

/** A shell's `<(…)` and /dev/stdin lead to pipes without a name, which have had their writer from the beginning. */
function hasName(path: string): Promise<boolean> {
  return realpath(path).then(
    () => true,
    () => false,
  );
}

/** `writerToCome`: the end means nothing before somebody has opened the other side. */
async function readAll(
  file: FileHandle,
  writerToCome: boolean,
  signal: AbortSignal,
): Promise<Result<Uint8Array, string>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let begun = !writerToCome; ; ) {
    if (signal.aborted) return err(INTERRUPTED);
    const piece = Buffer.alloc(PIECE);
    // Null: a writer is there, and has said nothing new.
    const length = await file.read(piece, 0, PIECE).then(({ bytesRead }) => bytesRead, nothingYet);
    if (length === 0 && begun) return ok(Buffer.concat(pieces));
    if (length !== 0) begun = true;
    if (length === 0 || length === null) await sleep(LOOK_EVERY_MS);
    else pieces.push(piece.subarray(0, length));
    size += length ?? 0;
    if (size > MOST) return err('it has more than 8 MiB');
  }
}

function nothingYet(thrown: NodeJS.ErrnoException): null {
  if (thrown.code !== 'EAGAIN') throw thrown;
  return null;
}

/** All that a stream gives, at most 8 MiB. */
export async function readStream(
  stream: NodeJS.ReadableStream & { readonly isTTY?: boolean; destroy?: () => unknown },
  signal: AbortSignal,
): Promise<Result<Uint8Array, string>> {
  if (stream.isTTY === true) return err(TERMINAL);
  const stop = () => stream.destroy?.();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MOST) return err('it has more than 8 MiB');
      chunks.push(bytes);
    }
  } catch (thrown) {
    return err(signal.aborted ? INTERRUPTED : reasonOf(thrown));
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return signal.aborted ? err(INTERRUPTED) : ok(Buffer.concat(chunks));
}

/** Its text, which must be UTF-8; a byte order mark is left out. */
export function textFrom(
  bytes: Result<Uint8Array, string>,
  problem: (reason: string) => Problem,
): Result<string, Problem> {
  if (!bytes.ok) {
    const why = problem(bytes.error);
    if (bytes.error !== INTERRUPTED) return err(why);
    return err({ ...why, code: 'INTERRUPTED', hint: 'Start it again when you are ready.' });
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes.value));
  } catch {
    return err(problem('it is not UTF-8'));
  }
}

function reasonOf(thrown: unknown): string {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'you may not read it';
  return code ?? String(thrown);
}
