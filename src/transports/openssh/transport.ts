import { err, ok } from '../../lib/result.ts';
import type { ChildSurroundings } from '../child.ts';
import type { Session, Transport } from '../transport.ts';
import { createSshFiles } from './files.ts';
import { logIn } from './login.ts';
import { findProblems } from './problems.ts';
import { createSession } from './session.ts';

/** The surroundings of the transport: what only the composition root knows. */
export interface OpensshOptions extends ChildSurroundings {
  /** The folder for temporary files. */
  readonly temporary: string;
}

/**
 * Reaches agents by the ssh program of this machine: for what the client of this program does not know. It reads
 * ssh_config(5), known_hosts, the keys and the ssh-agent itself. Each command is a process and a connection.
 */
export function createOpensshTransport({ temporary, ...child }: OpensshOptions): Transport {
  const surroundings = { ...child, files: createSshFiles(temporary, child.childEnv) };
  const open = new Set<Session>();
  return {
    prepare: (targets) => findProblems(targets, surroundings),
    async connect(target, { ahead, signal }) {
      const loggedIn = await logIn(target, ahead, signal, surroundings);
      if (!loggedIn.ok) return err({ failure: loggedIn.error, passwordRefused: false });
      const program = loggedIn.value;
      // Without a command it has shown that the login works, and serves for nothing else.
      if (ahead === null) void program.stop();
      const first = ahead === null ? null : { commandLine: ahead, program };
      const session = createSession(target, first, surroundings, () => open.delete(session));
      open.add(session);
      return ok(session);
    },
    async close() {
      await Promise.all([...open].map((session) => session.close()));
      await surroundings.files.remove();
    },
  };
}
