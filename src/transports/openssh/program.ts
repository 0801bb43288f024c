import type { Target } from '../../domain/target.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { type ChildEnd, type ChildSurroundings, startChild, whyNotStarted } from '../child.ts';
import type { Completed, ExecListener, RunningCommand } from '../transport.ts';
import type { SshFiles } from './files.ts';
import { createHeldOutput } from './held-output.ts';
import { sshArguments, sshConfig } from './settings.ts';
import { createSshLog, type SshFacts } from './ssh-log.ts';

/** What the ssh program needs of this machine. */
export interface SshSurroundings extends ChildSurroundings {
  readonly files: SshFiles;
}

/** One ssh(1) that runs. */
export interface SshProgram {
  /** Settles when the login is through (true), or when the program has ended without (false). Never rejects. */
  readonly login: Promise<boolean>;
  facts(): SshFacts;
  /** The end of its standard error up to now. */
  stderr(): string;
  /** Follows the command that it runs: what it has said already comes first. To be called once. */
  follow(listener: ExecListener): RunningCommand;
  /** Ends it and what it has started. Settles when it is gone, and its log read. */
  stop(): Promise<void>;
}

/** Holds output back no longer than until ssh has let go of its streams itself: a ProxyCommand may cling to them. */
const HOLD_MS = 500;

/** Starts ssh(1) for one command line; null: to log in, and nothing else. The error is in words. */
export async function startSsh(
  target: Target,
  commandLine: string | null,
  { files, childEnv, kill }: SshSurroundings,
): Promise<Result<SshProgram, string>> {
  const log = createSshLog();
  const output = createHeldOutput();
  let loggedIn: (is: boolean) => void = () => undefined;
  const login = new Promise<boolean>((resolve) => {
    loggedIn = resolve;
  });
  const config = await files.config(sshConfig(target.ssh));
  const pipe = await files.log((bytes) => {
    log.push(bytes);
    if (log.facts().authenticated) loggedIn(true);
  });
  const started = await startChild({
    argv: sshArguments(target, { config, log: pipe.path }, commandLine),
    env: { ...childEnv(), LC_ALL: 'C' },
    kill,
    listener: output,
    holdMs: HOLD_MS,
  });
  if (!started.ok) {
    await pipe.finish();
    return err(whyNotStarted('ssh', started.error));
  }
  const child = started.value;
  const over = child.ended.then(async (end) => {
    await pipe.finish();
    loggedIn(false);
    return end;
  });
  return ok({
    login,
    facts: log.facts,
    stderr: output.stderrTail,
    follow(listener) {
      output.release(listener);
      const completed = over.then((end) => {
        const { refused } = log.facts();
        if (refused !== null && !end.stopped) listener.stderr(Buffer.from(`${refused}\n`));
        return completedBy(end, log.facts());
      });
      return { write: child.write, end: child.end, completed };
    },
    async stop() {
      await child.stop();
      await over;
    },
  });
}

/** ssh(1) exits with 255 for its own troubles and for a command's 255 alike: only what the server said counts. */
function completedBy({ code, stopped }: ChildEnd, { ended, exitCode, refused }: SshFacts): Completed {
  // Its log does not say which signal it was.
  if (ended === 'signalled') return { kind: 'signalled', signal: 'unknown' };
  // A command that the server would not run ended as one that could not be found does: with an error of its own.
  if (refused !== null && !stopped) return { kind: 'exited', code: code || 255 };
  return ended === 'exited' && exitCode !== null ? { kind: 'exited', code: exitCode } : { kind: 'lost' };
}
