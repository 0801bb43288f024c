import { type ChildProcess, spawn } from 'node:child_process';
import { LARGEST_SECRET } from './text.ts';

const KEPT_STDERR = 4_096;
// How long a program may take to end after SIGTERM, and its output to end after the program has. In milliseconds.
const GRACE_MS = 500;

/** What a program needs to run, and may not exceed. */
export interface ChildLimits {
  /** The environment that the program inherits. */
  readonly childEnv: () => Readonly<Record<string, string | undefined>>;
  /** Sends a signal; a negative id is a process group (kill(2)). Throws where there is none. */
  readonly kill: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** How a program ended. `stdout` may hold a secret in each case, and so may `stderr`. */
export interface ChildEnd {
  /** Why it ended, unless by itself. `not-started`: see `error`. */
  readonly stopped: 'timed-out' | 'aborted' | 'too-much' | 'not-started' | null;
  /** What the system says about a program that could not be started: `ENOENT`. */
  readonly error: string | null;
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  readonly stdout: Uint8Array;
  /** The last 4 kB of it. */
  readonly stderr: Uint8Array;
}

/**
 * Runs a program without a shell, with nothing on its standard input, in a process group of its own, so that what it
 * starts can be ended with it. It has no terminal: what wants to ask the operator is a `prompt`. Never rejects.
 */
export function runChild(argv: readonly string[], limits: ChildLimits): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const [program = '', ...words] = argv;
    let child: ChildProcess;
    try {
      child = spawn(program, words, {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: { ...limits.childEnv() },
      });
    } catch (error) {
      resolve(notStarted(error));
      return;
    }
    let stdout = Buffer.alloc(0);
    let stderr = Buffer.alloc(0);
    let stopped: ChildEnd['stopped'] = null;
    const timers: NodeJS.Timeout[] = [];
    const end = (signal: 'SIGTERM' | 'SIGKILL') => {
      try {
        if (child.pid !== undefined) limits.kill(-child.pid, signal);
      } catch {
        // The group is gone already: that is what was wanted.
      }
    };
    const letGo = () => {
      end('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const stop = (why: 'timed-out' | 'aborted' | 'too-much') => {
      if (stopped !== null) return;
      stopped = why;
      end('SIGTERM');
      timers.push(setTimeout(letGo, GRACE_MS));
    };
    const onAbort = () => stop('aborted');
    const finish = (result: ChildEnd) => {
      for (const timer of timers) clearTimeout(timer);
      limits.signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    child.stdout?.on('data', (bytes: Buffer) => {
      if (stdout.length + bytes.length > LARGEST_SECRET + 2) stop('too-much');
      else stdout = Buffer.concat([stdout, bytes]);
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      stderr = Buffer.concat([stderr, bytes]).subarray(-KEPT_STDERR);
    });
    child.on('error', (error) => finish(notStarted(error)));
    // Something in the background may hold the pipes open: what the program itself wrote is there by now.
    child.on('exit', () => timers.push(setTimeout(letGo, GRACE_MS)));
    child.on('close', (exitCode, exitSignal) =>
      finish({ stopped, error: null, exitCode, exitSignal, stdout, stderr }),
    );
    timers.push(setTimeout(() => stop('timed-out'), limits.timeoutMs));
    limits.signal.addEventListener('abort', onAbort);
    if (limits.signal.aborted) onAbort();
  });
}

function notStarted(error: unknown): ChildEnd {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const nothing = new Uint8Array();
  return {
    stopped: 'not-started',
    error: code,
    exitCode: null,
    exitSignal: null,
    stdout: nothing,
    stderr: nothing,
  };
}
