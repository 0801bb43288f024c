import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { close, constants, open } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChildSurroundings } from '../child.ts';

const run = promisify(execFile);
const openFile = promisify(open);
const closeFile = promisify(close);

/** A named pipe for the log of one ssh(1), and its reading end. */
export interface LogPipe {
  readonly path: string;
  /** No more can come from this program: settles when all that has been written is read, or half a second later. */
  finish(): Promise<void>;
}

/** The files of one run, in a folder that only its user can enter. */
export interface SshFiles {
  /** The path of a file with this text; one per text. */
  config(text: string): Promise<string>;
  /** Opens a pipe of its own; `onBytes` hears what is written to it. Rejects where that cannot be. */
  log(onBytes: (bytes: Uint8Array) => void): Promise<LogPipe>;
  remove(): Promise<void>;
}

/** Pipes that are made in one go, by one mkfifo(1): Node cannot make any. */
const AT_ONCE = 16;
const FINISH_MS = 500;

/**
 * `temporary` is the folder for temporary files. A pipe and no file, because it is followed as it is written, and no
 * server can fill a disk through it.
 */
export function createSshFiles(temporary: string, childEnv: ChildSurroundings['childEnv']): SshFiles {
  const configs = new Map<string, Promise<string>>();
  let made: Promise<string> | null = null;
  let removed = false;
  let spare: string[] = [];
  let making: Promise<void> | null = null;

  async function makeFolder(): Promise<string> {
    if (removed) throw new Error('the transport is closed');
    // ssh(1) puts the path of its configuration, as it is, on the command line of the ssh for a jump host.
    if (/[^\w./+=@,-]/.test(temporary)) throw new Error(`${temporary} has characters that a shell reads`);
    return mkdtemp(join(temporary, 'node-prep-ssh-'));
  }
  const folder = () => {
    made ??= makeFolder();
    return made;
  };
  async function write(text: string): Promise<string> {
    const path = join(await folder(), `config-${randomBytes(6).toString('hex')}`);
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    return path;
  }
  async function makePipes(): Promise<void> {
    const within = await folder();
    const paths = Array.from({ length: AT_ONCE }, () =>
      join(within, `log-${randomBytes(6).toString('hex')}`),
    );
    await run('mkfifo', ['-m', '600', ...paths], { env: { ...childEnv() }, timeout: 30_000 });
    spare.push(...paths);
  }
  async function takePipe(): Promise<string> {
    for (;;) {
      const path = spare.pop();
      if (path !== undefined) return path;
      making ??= makePipes().finally(() => {
        making = null;
      });
      await making;
    }
  }
  return {
    config(text) {
      const known = configs.get(text) ?? write(text);
      configs.set(text, known);
      return known;
    },
    log: async (onBytes) => openPipe(await takePipe(), onBytes),
    async remove() {
      removed = true;
      spare = [];
      configs.clear();
      // What cannot be removed any more is left to whoever cleans that folder up.
      await made?.then((path) => rm(path, { recursive: true, force: true })).catch(() => undefined);
      made = null;
    },
  };
}

async function openPipe(path: string, onBytes: (bytes: Uint8Array) => void): Promise<LogPipe> {
  const reading = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // Without a writer of our own the pipe would have ended before ssh opens it.
  const writing = await openFile(path, constants.O_WRONLY | constants.O_NONBLOCK).catch(async (error) => {
    await closeFile(reading);
    throw error;
  });
  const stream = new Socket({ fd: reading, readable: true, writable: false });
  stream.on('data', onBytes).on('error', () => undefined);
  const over = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return {
    path,
    async finish() {
      await closeFile(writing).catch(() => undefined);
      // Something that ssh has left behind may hold it open.
      const timer = setTimeout(() => stream.destroy(), FINISH_MS);
      await over;
      clearTimeout(timer);
      await rm(path, { force: true }).catch(() => undefined);
    },
  };
}
