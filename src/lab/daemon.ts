import { spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A process of the name `dockerd`. */
export interface Daemon {
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the stand-in daemon (dockerd-stand-in.ts) under a link to Node that is called `dockerd`, and waits until
 * the process table has it. A session of its own keeps the operator's Ctrl-C from it.
 */
export async function startDaemon(folder: string, node: string, program: string): Promise<Daemon> {
  await mkdir(folder, { recursive: true });
  const link = join(folder, 'dockerd');
  await symlink(node, link);
  const child = spawn(link, [program, folder], {
    argv0: 'dockerd',
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child
      .once('error', reject)
      .once('exit', (code) => reject(new Error(`dockerd's stand-in ended with ${code}`)));
    child.stdout.once('data', () => resolve()).resume();
  });
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
