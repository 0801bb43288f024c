import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SshSpec } from '../../../domain/target.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { errorCode } from '../../system-error.ts';
import type { HostKeyRules } from './host-key.ts';
import { indexKnownHosts, keyTypeOf } from './known-hosts.ts';

/** The files that a target is judged by. */
export type KnownHostsSpec = Pick<SshSpec, 'knownHosts' | 'globalKnownHosts'>;

/** The known_hosts files of a run: each set is read once, however many targets it judges. */
export interface KnownHostsFiles {
  /** Reads a set of files. A missing file is an empty one. Never rejects. */
  rules(spec: KnownHostsSpec): Promise<HostKeyRules>;
  /** Appends a proven key to the first file of `knownHosts`. Never rejects; the error says why that could not be. */
  add(spec: KnownHostsSpec, name: string, blob: Uint8Array): Promise<Result<void, string>>;
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

  function rules({ knownHosts, globalKnownHosts }: KnownHostsSpec): Promise<HostKeyRules> {
    const files = [...knownHosts, ...globalKnownHosts];
    const key = JSON.stringify(files);
    const known = sets.get(key) ?? read(files);
    sets.set(key, known);
    return known;
  }
  return {
    rules,
    async add(spec, name, blob) {
      const file = spec.knownHosts[0];
      if (file === undefined) return err('no known_hosts file is configured');
      const base64 = Buffer.from(blob).toString('base64');
      const type = keyTypeOf(blob) ?? '';
      const { knownHosts } = await rules(spec);
      async function write(path: string): Promise<Result<void, string>> {
        // Two machines that go by one name (HostKeyAlias) may both have come when it had no key yet.
        const known = knownHosts.lookup(name).filter(({ marker }) => marker === 'key');
        if (known.some((key) => key.base64 === base64)) return ok(undefined);
        if (known.length > 0)
          return err(`another machine of the name ${name} has had its key added meanwhile`);
        await append(path, `${name} ${type} ${base64}`);
        // The line's number is not worth reading the file again: 0 stands for "added by this run".
        knownHosts.add(name, { marker: 'key', type, base64, file: path, line: 0 });
        return ok(undefined);
      }
      const written = writing.then(() => write(file));
      writing = written.catch(() => undefined);
      try {
        return await written;
      } catch (error) {
        return err(`${file} cannot be written: ${errorCode(error)}`);
      }
    },
  };
}
