import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What one run of a command cost the operator's machine: seconds, and the peak of its largest process in MB. */
export interface Cost {
  readonly wall: number;
  /** User and system time of the command and of all that it started itself. */
  readonly cpu: number;
  readonly peakMb: number;
  readonly code: number | null;
}

/** Runs a command to its end and measures it; bash's `time` knows what all its children have used. */
export function measure(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const timed = 'TIMEFORMAT="%R %U %S"; exec 3>&2; { time "$@" >/dev/null 2>&3; } 2>&4';
    const child = spawn('bash', ['-c', timed, 'bash', ...argv], {
      env,
      cwd,
      stdio: ['ignore', 'ignore', 'pipe', 'ignore', 'pipe'],
    });
    let times = '';
    let peakKb = 0;
    const watch = setInterval(() => {
      for (const pid of descendants(child.pid ?? 0)) peakKb = Math.max(peakKb, highWater(pid));
    }, 20);
    child.stderr?.resume();
    child.stdio[4]?.on('data', (bytes: Buffer) => {
      times += bytes;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(watch);
      const [wall = 0, user = 0, system = 0] = times.trim().split(' ').map(Number);
      resolve({ wall, cpu: user + system, peakMb: peakKb / 1024, code });
    });
  });
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === ''
      ? []
      : children
          .split(' ')
          .map(Number)
          .flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

function highWater(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The middle one of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
