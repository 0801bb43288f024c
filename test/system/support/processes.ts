import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A live process, as /proc shows it to this side. */
export interface Process {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** When a process began, in clock ticks since boot: with the number it names one process. Empty if it is gone. */
export function processStart(pid: number): string {
  return statOf(pid)?.[19] ?? '';
}

/** The namespace that a process lives in, as /proc names it: `mnt:[4026532185]`. Empty if it is gone. */
export function namespaceOf(pid: number, kind: 'mnt' | 'net' = 'mnt'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return '';
  }
}

/** The live processes (zombies aside) in a namespace. */
export function processesIn(namespace: string, kind: 'mnt' | 'net' = 'mnt'): readonly Process[] {
  const found: Process[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || namespaceOf(pid, kind) !== namespace) continue;
    const state = statOf(pid)?.[0];
    if (state === undefined || state === 'Z' || state === 'X') continue;
    found.push({ pid, argv: read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1) });
  }
  return found;
}

// The fields after the name, which is in brackets and may hold blanks: the first is the state (proc(5)).
function statOf(pid: number): readonly string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
