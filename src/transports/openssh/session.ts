import type { Target } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ExecListener, RunningCommand, Session } from '../transport.ts';
import { logIn } from './login.ts';
import type { SshProgram, SshSurroundings } from './program.ts';

/** The ssh(1) that has logged in already, and the command line that it runs. */
export interface Ahead {
  readonly commandLine: string;
  readonly program: SshProgram;
}

/** A session of which each command is an ssh(1) of its own; `ahead` is the first, where it is what is asked for. */
export function createSession(
  target: Target,
  ahead: Ahead | null,
  surroundings: SshSurroundings,
  onClose: () => void,
): Session {
  const programs = new Set<SshProgram>(ahead === null ? [] : [ahead.program]);
  const closing = new AbortController();
  let waiting = ahead;
  let closed: Promise<void> | null = null;

  async function exec(commandLine: string, listener: ExecListener): Promise<Result<RunningCommand, Failure>> {
    const gone = () => err(failure('CONNECTION_LOST', 'connect', { host: target.host }));
    if (closed !== null) return gone();
    if (waiting !== null && waiting.commandLine === commandLine) {
      const { program } = waiting;
      waiting = null;
      return ok(program.follow(listener));
    }
    const loggedIn = await logIn(target, commandLine, closing.signal, surroundings);
    if (!loggedIn.ok) return closing.signal.aborted ? gone() : loggedIn;
    if (closing.signal.aborted) {
      void loggedIn.value.stop();
      return gone();
    }
    programs.add(loggedIn.value);
    return ok(loggedIn.value.follow(listener));
  }
  async function stopAll(): Promise<void> {
    closing.abort();
    await Promise.all([...programs].map((program) => program.stop()));
    onClose();
  }
  return {
    exec,
    close() {
      closed ??= stopAll();
      return closed;
    },
  };
}
