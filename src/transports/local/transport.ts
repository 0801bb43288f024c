import type { Target } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { type Child, type ChildEnd, type ChildSurroundings, startChild, whyNotStarted } from '../child.ts';
import { aborted } from '../given-up.ts';
import type { Completed, ExecListener, RunningCommand, Session, Transport } from '../transport.ts';

/**
 * This machine, without SSH: for an agent that prepares itself. Commands run by /bin/sh, whatever the user's login
 * shell is, in the folder /, as the user that runs this program, in its environment, and without a terminal.
 */
export function createLocalTransport(surroundings: ChildSurroundings): Transport {
  const open = new Set<Session>();
  return {
    prepare: async () => [],
    async connect(target, { signal }) {
      if (signal.aborted) return err({ failure: aborted(target, signal.reason), passwordRefused: false });
      const session = createSession(target, surroundings, () => open.delete(session));
      open.add(session);
      return ok(session);
    },
    async close() {
      await Promise.all([...open].map((session) => session.close()));
    },
  };
}

function createSession(target: Target, { childEnv, kill }: ChildSurroundings, onClose: () => void): Session {
  const children = new Set<Child>();
  let closed = false;

  async function exec(commandLine: string, listener: ExecListener): Promise<Result<RunningCommand, Failure>> {
    if (closed) return err(failure('CONNECTION_LOST', 'connect', { host: target.host }));
    const argv = ['/bin/sh', '-c', commandLine];
    const started = await startChild({ argv, env: childEnv(), cwd: '/', kill, listener, holdMs: null });
    if (!started.ok) {
      const reason = whyNotStarted('/bin/sh', started.error);
      return err(failure('INTERNAL', 'connect', { reason }));
    }
    const child = started.value;
    children.add(child);
    const completed = child.ended.then((end) => {
      children.delete(child);
      return completedBy(end);
    });
    // It may have been closed while the program was started.
    if (closed) void child.stop();
    return ok({ write: child.write, end: child.end, completed });
  }
  return {
    exec,
    async close() {
      closed = true;
      await Promise.all([...children].map((child) => child.stop()));
      onClose();
    },
  };
}

/** What was stopped is lost, whatever it made of the signal: an exit code would say that it came to its own end. */
function completedBy({ code, signal, stopped }: ChildEnd): Completed {
  if (stopped) return { kind: 'lost' };
  if (code !== null) return { kind: 'exited', code };
  return signal === null ? { kind: 'lost' } : { kind: 'signalled', signal };
}
