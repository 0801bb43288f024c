import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';

/** What an SSH server of ssh2 does with each message, by the message's name; may be replaced. */
export type Handlers = Record<string, (protocol: unknown, ...rest: unknown[]) => void>;

/** The parts of a server's connection that have no public name. */
interface Insides {
  readonly _sock: Socket;
  readonly _protocol: {
    readonly _handlers: Handlers;
    channelOpenConfirm(remote: number, local: number, window: number, packet: number): void;
  };
}
const insides = (connection: Connection | undefined) => connection as unknown as Insides;

/** The server's side of the socket, past the protocol. */
export const socketOf = (connection: Connection | undefined): Socket => insides(connection)._sock;

/** How the server takes messages, and sends them. */
export const protocolOf = (connection: Connection): Insides['_protocol'] => insides(connection)._protocol;
