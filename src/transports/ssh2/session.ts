import type { Socket } from 'node:net';
import type { Client, ClientChannel } from 'ssh2';
import type { Hop } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { printable } from '../../lib/printable.ts';
import { err, ok } from '../../lib/result.ts';
import type { Session } from '../transport.ts';
import { followCommand } from './command.ts';

/** How long a polite end may take. */
const CLOSE_MS = 500;

/** An authenticated client as a session. Its 'error' has a listener for life already. */
export function createSession(target: Hop, client: Client, socket: Socket): Session {
  let closing: Promise<void> | null = null;

  function close(): Promise<void> {
    return new Promise((resolve) => {
      if (socket.destroyed) return resolve();
      // ssh2's own destroy() does nothing once end() was called: the socket is ours to destroy.
      const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      try {
        client.end();
      } catch {
        socket.destroy();
      }
    });
  }
  return {
    exec: (commandLine, listener) =>
      new Promise((resolve) => {
        const done = (error: Error | undefined, channel: ClientChannel | undefined) =>
          resolve(
            channel === undefined
              ? err(execFailed(target, error, socket))
              : ok(followCommand(client, channel, listener)),
          );
        try {
          client.exec(commandLine, done);
        } catch (error) {
          resolve(err(execFailed(target, error as Error, socket)));
        }
      }),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** A server that is still there has refused the command; else the connection is gone. */
function execFailed(target: Hop, error: Error | undefined, socket: Socket): Failure {
  const { host, ssh } = target;
  const said = printable(error?.message ?? '', 200);
  if (socket.destroyed || !socket.writable) return failure('CONNECTION_LOST', 'connect', { host }, said);
  const reason = 'the server refuses to run a command';
  return failure('SHELL_UNUSABLE', 'connect', { host, user: ssh.user, reason }, said);
}
