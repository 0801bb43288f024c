import { type ChildProcess, spawn } from 'node:child_process';
import { err, ok, type Result } from '../lib/result.ts';
import { errorCode } from './system-error.ts';
import type { ExecListener, RunningCommand } from './transport.ts';

/** What a transport that starts programs needs of the process around it. */
export interface ChildSurroundings {
  /** The environment that the programs inherit, as it is now; no secret is in it. */
  readonly childEnv: () => Readonly<Record<string, string | undefined>>;
  /** Sends a signal; a negative id is a process group (kill(2)). Throws where there is none. */
  readonly kill: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;
}

/** How to start a program. */
export interface ChildStart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that it works in; left out: that of this program. */
  readonly cwd?: string;
  readonly kill: ChildSurroundings['kill'];
  readonly listener: ExecListener;
  /** How long its output may stay open once it has ended itself, in ms; null: as long as anything holds it open. */
  readonly holdMs: number | null;
}

/** How a program ended; both null: it was let go before that could be known. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Was it told to stop before it had ended? */
  readonly stopped: boolean;
}

/** A program of this machine that is running. Both output streams are drained always. */
export interface Child extends Pick<RunningCommand, 'write' | 'end'> {
  readonly pid: number;
  /** Settles when the program has ended, and its output with it. Never rejects. */
  readonly ended: Promise<ChildEnd>;
  /** Tells it and all that it started to end, and ends them after half a second. Always works; may be called again. */
  stop(): Promise<void>;
}

/** How long it may take from SIGTERM to SIGKILL; and from there until it is no longer waited for. In ms. */
const GRACE_MS = 500;

/**
 * Starts a program without a shell and without a terminal, in a session and process group of its own, so that all
 * that it starts can be ended with it. The error is the system's code: `ENOENT`, `EAGAIN`.
 */
export async function startChild(start: ChildStart): Promise<Result<Child, string>> {
  const [program = '', ...words] = start.argv;
  let child: ChildProcess;
  try {
    child = spawn(program, words, {
      stdio: 'pipe',
      detached: true,
      cwd: start.cwd,
      env: { ...start.env },
    });
  } catch (error) {
    return err(errorCode(error));
  }
  // A program that ends early leaves its input unread: that is no error.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => undefined);
  child.stdout?.on('data', start.listener.stdout);
  child.stderr?.on('data', start.listener.stderr);
  const error = await new Promise<string | null>((settle) => {
    child.once('spawn', () => settle(null));
    // Stays for the program's life: a second one must not be uncaught.
    child.on('error', (reason) => settle(errorCode(reason)));
  });
  const { pid } = child;
  return error === null && pid !== undefined ? ok(follow(child, pid, start)) : err(error ?? 'no process id');
}

function follow(child: ChildProcess, pid: number, { kill, holdMs }: ChildStart): Child {
  const { stdin, stdout, stderr } = child;
  const timers: NodeJS.Timeout[] = [];
  let over = false;
  let stopped = false;
  let settle: (end: ChildEnd) => void = () => undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    settle = resolve;
  });

  // A group keeps its number while it has members; once nothing holds the pipes there is nobody left to tell.
  function signal(name: 'SIGTERM' | 'SIGKILL'): void {
    try {
      if (!over) kill(-pid, name);
    } catch {
      // It is gone, or it is root's by now: then the end of its standard input has to do.
    }
  }
  function finish(code: number | null, name: string | null): void {
    if (over) return;
    over = true;
    for (const timer of timers) clearTimeout(timer);
    for (const stream of [stdin, stdout, stderr]) stream?.destroy();
    child.unref();
    settle({ code, signal: name, stopped });
  }
  function force(): void {
    signal('SIGKILL');
    timers.push(setTimeout(() => finish(null, null), GRACE_MS));
  }
  child.once('exit', () => {
    if (holdMs !== null) timers.push(setTimeout(force, holdMs));
  });
  child.once('close', finish);

  return {
    pid,
    write(bytes) {
      if (stdin?.writable) stdin.write(bytes);
    },
    end() {
      if (stdin?.writable) stdin.end();
    },
    ended,
    async stop() {
      if (!over && !stopped) {
        stopped = true;
        stdin?.destroy();
        signal('SIGTERM');
        timers.push(setTimeout(force, GRACE_MS));
      }
      await ended;
    },
  };
}

/** In words for an operator: why a program could not be started, by the system's code. */
export function whyNotStarted(program: string, code: string): string {
  if (code === 'ENOENT') return `the program ${program} is not on this machine`;
  const full = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code);
  const advice = full ? '; lower --concurrency, or raise the limits (ulimit -n, ulimit -u)' : '';
  return `this machine cannot start ${program} (${code})${advice}`;
}
