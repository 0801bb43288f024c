import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from './processes.ts';

/** How a command inside the enclave ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A mount, network and process namespace of the fleet's own: agents, dockerd and registries live in it, the
 * operator's side does not. Its first process ends with this one (its standard input closes), and everything in
 * it ends with that, mounts included: nothing survives a test run, however the run ends.
 */
export interface Enclave {
  /** Its first process, as this side numbers it. */
  readonly pid: number;
  /** A folder of this side, for keys, inventories and the tool's state. */
  readonly folder: string;
  /** A file system in memory that only the enclave sees, by its path there. */
  readonly inner: string;
  /** How this side reaches a path of the enclave. */
  at(path: string): string;
  /** Runs a program in it to its end. */
  run(argv: readonly string[], input?: string): Promise<Ran>;
  /** Starts a program that stays; its output goes to a file of this side. */
  start(argv: readonly string[], log: string): ChildProcess;
  close(): Promise<void>;
}

const PREFIX = 'node-prep-fleet.';

// `hole` is a network whose other end nobody reads: what is sent there gets no answer, not even a refusal.
const INIT = `set -e
mount -t tmpfs -o size=2g,mode=755 fleet "$0/inner"
mkdir "$0/inner/etc" "$0/inner/etc.work"
mount -t overlay -o "lowerdir=/etc,upperdir=$0/inner/etc,workdir=$0/inner/etc.work" etc /etc
ip link set lo up
ip address add 10.9.0.1/24 dev lo
ip tuntap add dev hole mode tun
ip address add 10.66.0.1/24 dev hole
ip link set hole up
echo ready
while read -r line; do :; done`;

/** Makes an enclave, after clearing away what an earlier test run may have left. */
export async function openEnclave(): Promise<Enclave> {
  clearAway();
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(folder, 'owner'), record(process.pid));
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  const flags = ['-m', '-n', '-p', '-f', '--mount-proc', '--kill-child=SIGKILL'];
  const keeper = spawn('unshare', [...flags, 'bash', '-c', INIT, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
  const keeperPid = keeper.pid ?? 0;
  writeFileSync(join(folder, 'keeper'), record(keeperPid));
  let trouble = '';
  keeper.stdin.on('error', () => {});
  keeper.stderr.on('data', (data) => {
    trouble += data;
  });
  const ready = await Promise.race([new Promise((resolve) => keeper.stdout.once('data', resolve)), ended]);
  if (ready === undefined) throw new Error(`no namespaces for the fleet: ${trouble}`);
  const pid = Number(readFileSync(`/proc/${keeperPid}/task/${keeperPid}/children`, 'utf8').trim());

  const enter = ['-t', String(pid), '-m', '-n', '-p', '--'];
  const at = (path: string) => `/proc/${pid}/root${path}`;
  return {
    pid,
    folder,
    inner,
    at,
    run: (argv, input = '') => collect(spawn('nsenter', [...enter, ...argv], { cwd: '/' }), input),
    start(argv, log) {
      const file = openSync(log, 'a');
      const child = spawn('nsenter', [...enter, ...argv], { cwd: '/', stdio: ['ignore', file, file] });
      closeSync(file);
      return child;
    },
    async close() {
      keeper.stdin.end();
      const late = setTimeout(() => keeper.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
      // The kernel takes a moment to end the last process, and the mount with it.
      for (let tries = 0; tries < 50; tries += 1) {
        try {
          rmSync(folder, { recursive: true, force: true });
          return;
        } catch {
          await sleep(100);
        }
      }
    },
  };
}

/** Feeds a child, collects what it says, waits for its end. */
export function collect(child: ChildProcess, input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const record = (pid: number) => `${pid} ${processStart(pid)}`;

function alive(file: string): number | null {
  try {
    const [pid, start] = readFileSync(file, 'utf8').split(' ');
    return processStart(Number(pid)) === start ? Number(pid) : null;
  } catch {
    return null;
  }
}

// Only what was recorded, and only where its test run is gone: another run may be at work at the same time.
function clearAway(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    if (!existsSync(join(folder, 'owner')) || alive(join(folder, 'owner')) !== null) continue;
    const keeper = alive(join(folder, 'keeper'));
    if (keeper !== null) process.kill(keeper, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
