import { open } from 'node:fs/promises';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';

const MOST = 8 * 1024 * 1024;

/** A file's bytes, at most 8 MiB; in words why not. At a pipe it waits for a writer, until it is interrupted. */
export async function readBounded(path: string, signal: AbortSignal): Promise<Result<Uint8Array, string>> {
  try {
    // Who interrupts does not wait for open(2) of a named pipe, which may never come back.
    const handle = await Promise.race([open(path, 'r'), aborted(signal)]);
    if (handle === null) return err('interrupted');
    try {
      if ((await handle.stat()).isDirectory()) return err('it is a folder');
      return await readStream(handle.createReadStream({ autoClose: false }), signal);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((wake) => {
    if (signal.aborted) wake(null);
    signal.addEventListener('abort', () => wake(null), { once: true });
  });
}

/** All that a stream gives, at most 8 MiB. */
export async function readStream(
  stream: NodeJS.ReadableStream & { readonly isTTY?: boolean; destroy?: () => unknown },
  signal: AbortSignal,
): Promise<Result<Uint8Array, string>> {
  if (stream.isTTY === true) return err('it is a terminal, and nothing is piped into it');
  const stop = () => stream.destroy?.();
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
    return err(signal.aborted ? 'interrupted' : reasonOf(thrown));
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return signal.aborted ? err('interrupted') : ok(Buffer.concat(chunks));
}

/** Its text, which must be UTF-8; a byte order mark is left out. */
export function textFrom(
  bytes: Result<Uint8Array, string>,
  problem: (reason: string) => Problem,
): Result<string, Problem> {
  if (!bytes.ok) return err(problem(bytes.error));
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
