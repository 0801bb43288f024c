import { connect } from 'node:net';
import type { Connection } from 'ssh2';
import type { SshBehaviour } from './ssh-server.ts';

/** What a jump host of a test has been asked for. */
export interface Forwarding {
  /** To be given to an SSH server, which then connects on to wherever it is asked to. */
  readonly behaviour: Pick<SshBehaviour, 'onConnection'>;
  /** `host:port`, for each connection on, in the order in which they were asked for. */
  readonly asked: readonly string[];
  /** The server's side of each connection to it. */
  readonly connections: readonly Connection[];
}

/** Makes an SSH server a jump host, which connects on to 127.0.0.1 whatever it is asked for. */
export function forwarding(): Forwarding {
  const asked: string[] = [];
  const connections: Connection[] = [];
  function onConnection(connection: Connection): void {
    connections.push(connection);
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      asked.push(`${destIP}:${destPort}`);
      const socket = connect(destPort, '127.0.0.1');
      socket.once('error', () => reject());
      socket.once('connect', () => {
        const stream = accept();
        stream.on('error', () => undefined);
        socket.on('error', () => stream.end());
        stream.pipe(socket).pipe(stream);
        stream.on('close', () => socket.destroy());
      });
    });
  }
  return { behaviour: { onConnection }, asked, connections };
}
