import type { Hop } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { err } from '../../lib/result.ts';
import type { Session } from '../transport.ts';
import { type NotRun, requestCommand } from './connection/command.ts';
import { describeTrouble } from './connection/trouble.ts';
import type { LoggedIn } from './handshake.ts';

/** A login as a session. */
export function createSession(target: Hop, { connection, ahead }: LoggedIn): Session {
  function execFailed(notRun: NotRun): Failure {
    const { host, ssh } = target;
    if (notRun.kind === 'lost') {
      const { trouble } = connection;
      if (trouble?.kind === 'jump') return trouble.failure;
      const detail = trouble === null ? 'it closed the channel' : describeTrouble(trouble);
      return failure('CONNECTION_LOST', 'connect', { host }, detail);
    }
    const reason = 'the server refuses to run a command';
    const values = { host, user: ssh.user, reason, cause: 'no-session' };
    return failure('SHELL_UNUSABLE', 'connect', values, notRun.said);
  }
  return {
    async exec(commandLine, listener) {
      const requested = ahead.take(commandLine) ?? requestCommand(connection, commandLine, false);
      const running = await requested.run(listener);
      return running.ok ? running : err(execFailed(running.error));
    },
    close: () => connection.close(),
  };
}
