import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HostKeyRules } from './host-key.ts';
import { indexKnownHosts, keyTypeOf } from './known-hosts.ts';
import { errorCode } from './system-error.ts';

/** The known_hosts files of a run: each set is read once, however many targets it judges. */
export interface KnownHostsFiles {
  /** Reads a set of files. A missing file is an empty one. Never rejects. */
  rules(files: readonly string[]): Promise<HostKeyRules>;
  /** Appends a proven key to the first file of a set. Never rejects; the error says why it could not be written. */
  add(files: readonly string[], name: string, blob: Uint8Array): Promise<Result<void, string>>;
}

async function read(files: readonly string[]): Promise<HostKeyRules> {
  const unreadable: string[] = [];
  const texts = await Promise.all(
    files.map(async (file) => {
      try {
        return { file, text: await readFile(file, 'utf8') };
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') unreadable.push(`${file} cannot be read: ${errorCode(error)}`);
        return { file, text: '' };
      }
    }),
  );
  return { knownHosts: indexKnownHosts(texts), unreadable };
}

/** Appends a line with one write to a file opened for appending, so that lines of two programs never mix. */
async function append(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = size === 0 ? '\n' : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
    const bytes = Buffer.from(`${last === '\n' ? '' : '\n'}${line}\n`);
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten < bytes.length) throw new Error('the file system is full');
  } finally {
    await handle.close();
  }
}

/** Creates the run's view of its known_hosts files. */
export function createKnownHostsFiles(): KnownHostsFiles {
  const sets = new Map<string, Promise<HostKeyRules>>();
  let writing: Promise<unknown> = Promise.resolve();

  function rules(files: readonly string[]): Promise<HostKeyRules> {
    const key = JSON.stringify(files);
    const known = sets.get(key) ?? read(files);
    sets.set(key, known);
    return known;
  }
  return {
    rules,
    async add(files, name, blob) {
      const file = files[0];
      if (file === undefined) return err('no known_hosts file is configured');
      const base64 = Buffer.from(blob).toString('base64');
      const type = keyTypeOf(blob) ?? '';
      const written = writing.then(() => append(file, `${name} ${type} ${base64}`));
      writing = written.catch(() => undefined);
      try {
        await written;
      } catch (error) {
        return err(`${file} cannot be written: ${errorCode(error)}`);
      }
      // The line's number is not worth reading the file again: 0 stands for "added by this run".
      (await rules(files)).knownHosts.add(name, { marker: 'key', type, base64, file, line: 0 });
      return ok(undefined);
    },
  };
}
