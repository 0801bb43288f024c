import { createServer, type Server, type Socket } from 'node:net';
import type { Algorithms, AuthContext, Connection, ParsedKey, ServerChannel, Session } from 'ssh2';
import ssh2 from 'ssh2';
import { soundKeyPair } from './ssh-keys.ts';

const { parseKey } = ssh2.utils;

/** A server on loopback that is stopped with all its connections. */
export interface LoopbackServer {
  readonly host: string;
  readonly port: number;
  /** How many connections it has had. */
  readonly connections: number;
  stop(): Promise<void>;
}

async function listen(server: Server, onSocket: (socket: Socket) => void): Promise<LoopbackServer> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A server that is no SSH server, or a very odd one. */
export function startTcpServer(onSocket: (socket: Socket) => void): Promise<LoopbackServer> {
  return listen(createServer(), onSocket);
}

/** A key pair for tests. */
export interface KeyPair {
  readonly privateText: string;
  readonly key: ParsedKey;
  /** `type base64`, as in known_hosts and authorized_keys. */
  readonly publicText: string;
}

export function makeKeyPair(type: 'ed25519' | 'ecdsa' = 'ed25519'): KeyPair {
  const pair = soundKeyPair(type);
  const key = parseKey(pair.private);
  if (key instanceof Error || Array.isArray(key)) throw new Error('no key');
  return {
    privateText: pair.private,
    key,
    publicText: `${key.type} ${key.getPublicSSH().toString('base64')}`,
  };
}

/** How a test's SSH server behaves. */
export interface SshBehaviour {
  readonly hostKeys: readonly KeyPair[];
  readonly algorithms?: Algorithms;
  /** Left out: everybody is let in. */
  readonly login?: (context: AuthContext, connection: Connection) => void;
  /** Left out: a command ends at once with exit code 0. */
  readonly run?: (channel: ServerChannel, command: string, connection: Connection) => void;
  /** In place of `run`, for what is refused. */
  readonly session?: (session: Session) => void;
  /** Sees each connection first. */
  readonly onConnection?: (connection: Connection) => void;
}

/** An SSH server of the ssh2 package. */
export function startSshServer({
  hostKeys,
  algorithms = {},
  login,
  run,
  session: onSession,
  onConnection,
}: SshBehaviour): Promise<LoopbackServer> {
  const server = new ssh2.Server(
    { hostKeys: hostKeys.map(({ key }) => ({ key: key as never })), algorithms },
    (connection) => {
      connection.on('error', () => undefined);
      onConnection?.(connection);
      connection.on('authentication', (context) =>
        login === undefined ? context.accept() : login(context, connection),
      );
      connection.on('session', (accept) => {
        const session = accept();
        if (onSession !== undefined) return onSession(session);
        session.on('exec', (acceptCommand, _reject, { command }) => {
          const channel = acceptCommand();
          channel.on('error', () => undefined);
          if (run !== undefined) return run(channel, command, connection);
          channel.exit(0);
          channel.end();
        });
      });
    },
  );
  // The package's own server hands over its sockets only so.
  return listen(createServer(), (socket) => void server.injectSocket(socket));
}
