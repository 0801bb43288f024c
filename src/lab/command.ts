import { spawn } from 'node:child_process';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerChannel } from 'ssh2';

/** Where an agent's commands run. */
export interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A command that runs for a client, until it ends by itself or is stopped. */
export interface RunningCommand {
  /** Settles when its process has ended; true where it left others of its group behind. */
  readonly ended: Promise<boolean>;
  /** The client is gone: ends the command's input and closes its output, and leaves it to notice, as sshd does. */
  abandon(): void;
  /** Ends all of its process group: politely, then, after two seconds, by force. */
  stop(): Promise<void>;
}

/**
 * Runs one command line as sshd does: `/bin/sh -c`, without a terminal, in a session of its own. The exit status
 * is reported once both output streams have been sent.
 */
export function runCommand(channel: ServerChannel, commandLine: string, place: Place): RunningCommand {
  const child = spawn('/bin/sh', ['-c', commandLine], {
    cwd: place.folder,
    env: place.environment,
    detached: true,
    stdio: 'pipe',
  });
  const { pid } = child;
  // What is written to a client that is just going is lost, and nobody's trouble.
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  channel.pipe(child.stdin);
  // A command may end without having read all that was sent: what is left is dropped.
  child.stdin.on('error', () => channel.resume()).on('close', () => channel.resume());
  sendOutput(child.stdout, child.stderr, channel);

  let gone = false;
  child.on('close', (code, signal) => {
    if (!gone) report(channel, signal ?? code ?? 255);
  });
  child.on('error', (error) => {
    if (pid !== undefined || gone) return;
    channel.stderr.write(`${error.message}\n`);
    report(channel, 127);
  });
  return {
    ended: new Promise((resolve) => {
      child.on('exit', () => resolve(pid !== undefined && signalGroup(pid, 0)));
      if (pid === undefined) resolve(false);
    }),
    abandon: () => {
      gone = true;
      channel.unpipe(child.stdin).resume();
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
    },
    stop: async () => {
      if (pid !== undefined) await stopGroup(pid);
    },
  };
}

function report(channel: ServerChannel, status: number | NodeJS.Signals): void {
  try {
    channel.exit(status as string);
  } catch {
    // A signal that SSH has no name for (RFC 4254, section 6.10).
    channel.exit(255);
  }
  channel.end();
}

/**
 * Sends both streams, one piece at a time over the two of them: in ssh2 1.17.0 a piece that has waited for the
 * client's window is sent a second time when the other stream waits next (Channel.js keeps `_chunk`).
 */
function sendOutput(stdout: Readable, stderr: Readable, channel: ServerChannel): void {
  const kept = channel as unknown as {
    _chunk: unknown;
    _chunkcb: unknown;
    _chunkErr: unknown;
    _chunkcbErr: unknown;
  };
  const forward = (from: Readable, send: (bytes: Buffer, done: () => void) => void): void => {
    from.on('data', (bytes: Buffer) => {
      stdout.pause();
      stderr.pause();
      send(bytes, () => {
        kept._chunk = kept._chunkcb = kept._chunkErr = kept._chunkcbErr = undefined;
        stdout.resume();
        stderr.resume();
      });
    });
    from.on('error', () => from.destroy());
  };
  forward(stdout, (bytes, done) => channel.write(bytes, done));
  forward(stderr, (bytes, done) => channel.stderr.write(bytes, done));
}

async function stopGroup(pid: number): Promise<void> {
  for (const [signal, patience] of [
    ['SIGTERM', 2_000],
    ['SIGKILL', 1_000],
  ] as const) {
    if (!signalGroup(pid, signal)) return;
    for (let waited = 0; waited < patience && signalGroup(pid, 0); waited += 20) await sleep(20);
  }
}

/** False where nobody of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return kill(-pid, signal);
  } catch {
    return false;
  }
}
