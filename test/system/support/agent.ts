import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_FOLDERS } from './agent-files.ts';
import { collect, type Enclave, type Ran } from './enclave.ts';
import { namespaceOf, type Process, processesIn } from './processes.ts';

/** What lies at a path of an agent: enough to tell whether it is still the very same file. */
export interface FileState {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Octal, as the inventory writes it: `0600`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly inode: number;
  /** Zero for folders, unless asked for: a file that came and went again leaves nothing but this. */
  readonly mtimeMs: number;
  /** SHA-256 of a file's bytes or a link's text. */
  readonly digest: string;
}

/** One agent of the fleet: an sshd on an address, a file system, and processes of its own. */
export interface Agent {
  readonly name: string;
  readonly address: string;
  /** Its public host key, as known_hosts writes it after the host. */
  readonly hostKey: string;
  /** Its sshd, as this side numbers it. */
  readonly pid: number;
  /** Folders of this side that hold everything that was written on it (a merged view would hold the machine's files). */
  readonly folders: readonly string[];
  /** How this side reaches a path of the agent. A symbolic link there would lead astray: look with `state` first. */
  at(path: string): string;
  read(path: string): Buffer;
  state(path: string): FileState | null;
  /**
   * Every path that differs from how the machine was laid out, with its state; logs and the fleet's own aside. With
   * `folderTimes` it tells too in which folders something came and went; but for /run itself, where private folders do.
   */
  changes(options?: { readonly folderTimes: boolean }): ReadonlyMap<string, FileState>;
  /** What runs on it besides its sshd; sessions included. */
  processes(): readonly Process[];
  /** All that its sshd has logged. */
  log(): string;
  /** Runs a shell command on it as root, not through sshd. */
  run(command: string, input?: string): Promise<Ran>;
}

// What the fleet itself put there; system logs, which change with every login; sudo's memory of who asked.
const NOT_COUNTED = /^\/(run\/(fleet|docker\.sock|utmp|sudo)|var\/log)(\/|$)/;

/** Takes hold of an agent whose sshd listens. */
export function agentAt(
  enclave: Enclave,
  identity: Pick<Agent, 'name' | 'address' | 'hostKey' | 'pid'>,
): Agent {
  const { name, pid } = identity;
  const home = enclave.at(join(enclave.inner, 'agents', name));
  const namespace = namespaceOf(pid);
  const at = (path: string) => `/proc/${pid}/root${path}`;
  const layers = [['upper', '/'], ...Object.entries(OWN_FOLDERS)] as const;
  return {
    ...identity,
    folders: layers.map(([folder = '']) => join(home, folder)),
    at,
    read: (path) => readFileSync(at(path)),
    state: (path) => stateOf(at(path)),
    changes({ folderTimes } = { folderTimes: false }) {
      const walks = layers.map(([folder, path]) => walk(join(home, folder), path, folderTimes));
      return new Map(walks.flatMap((found) => [...found]));
    },
    // An agent with a process table of its own has an unshare beside its sshd that waits for it.
    processes: () =>
      processesIn(namespace).filter((found) => found.pid !== pid && found.argv[0] !== 'unshare'),
    log: () => readFileSync(join(home, 'log'), 'utf8'),
    run(command, input) {
      const enter = ['-t', String(pid), '-m', '-n', '-p', '-r', '-w', '--', '/bin/sh', '-c', command];
      return collect(spawn('nsenter', enter, { cwd: '/' }), input);
    },
  };
}

function* walk(folder: string, path: string, folderTimes: boolean): Generator<[string, FileState]> {
  const itself = folderTimes && path !== '/run' ? stateOf(folder, true) : null;
  if (itself !== null) yield [path, itself];
  for (const entry of readdirSync(folder).sort()) {
    const here = join(path, entry);
    const state = NOT_COUNTED.test(here) ? null : stateOf(join(folder, entry), folderTimes);
    if (state === null) continue;
    yield [here, state];
    if (state.kind === 'folder') yield* walk(join(folder, entry), here, folderTimes);
  }
}

function stateOf(path: string, folderTimes = false): FileState | null {
  try {
    const found = lstatSync(path);
    const kind = found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'folder'
        : found.isSymbolicLink()
          ? 'link'
          : 'other';
    const bytes = kind === 'file' ? readFileSync(path) : kind === 'link' ? readlinkSync(path) : '';
    return {
      kind,
      mode: (found.mode & 0o7777).toString(8).padStart(4, '0'),
      uid: found.uid,
      gid: found.gid,
      inode: found.ino,
      mtimeMs: kind === 'folder' && !folderTimes ? 0 : found.mtimeMs,
      digest: createHash('sha256').update(bytes).digest('hex'),
    };
  } catch {
    return null;
  }
}
