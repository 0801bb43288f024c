import { type AddressInfo, createServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type ParsedKey, type ServerChannel } from 'ssh2';
import { type Place, type RunningCommand, runCommand } from './command.ts';
import type { Fault } from './faults.ts';
import type { SshKey } from './keys.ts';

/** One agent's SSH server. */
export interface AgentServer {
  readonly port: number;
  /** Ends the listener, the connections, and all that commands have started in their process groups. */
  stop(): Promise<void>;
}

export interface AgentServerOptions {
  readonly hostKey: SshKey;
  /** The only key that is let in, and the only user. */
  readonly clientKey: SshKey;
  readonly user: string;
  readonly place: Place;
  readonly fault: Fault | undefined;
}

/** Starts an SSH server on a free port of 127.0.0.1: public key only, exec only, no terminal. */
export async function startAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const { fault, place } = options;
  // By the client's port: ssh2 tells of a connection, but not which socket it came by.
  const sockets = new Map<number, Socket>();
  const commands = new Set<RunningCommand>();
  let dropped = false;

  const execute = (channel: ServerChannel, commandLine: string, drop: () => void): RunningCommand => {
    const command = runCommand(channel, `${fault?.profile ?? ''}${commandLine}`, place);
    commands.add(command);
    void command.ended.then((leftSome) => leftSome || commands.delete(command));
    if (fault?.connection === 'drops' && !dropped) {
      onInstall(channel, () => {
        dropped = true;
        drop();
      });
    }
    return command;
  };

  const clientKey = ssh2.utils.parseKey(options.clientKey.publicLine) as ParsedKey;
  const ssh = new ssh2.Server({ hostKeys: [options.hostKey.privateFile], ident: 'node-prep_lab' });
  ssh.on('connection', (client, { port }) => {
    const socket = sockets.get(port);
    client.on('error', () => socket?.destroy());
    client.on('authentication', (context) => {
      if (allows(context, options.user, clientKey)) context.accept();
      else context.reject(['publickey']);
    });
    // The client closes a channel, or the connection ends: ssh2 tells of the one or of the other.
    const running = new Set<RunningCommand>();
    client.on('close', () => {
      for (const command of running) command.abandon();
    });
    client.on('session', (accept) => {
      const session = accept();
      session.on('exec', (start, _refuse, { command: commandLine }) => {
        const command = execute(start(), commandLine, () => socket?.destroy());
        running.add(command);
        session.on('close', command.abandon);
      });
    });
  });

  const listener = createServer({ noDelay: true }, (socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.get(port) === socket && sockets.delete(port));
    if (fault?.connection === 'closes') socket.destroy();
    else if (fault?.connection === 'not-ssh') socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n');
    else ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', resolve);
  });

  return {
    port: (listener.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      const ended = [...commands].map((command) => command.stop());
      for (const socket of sockets.values()) socket.destroy();
      await Promise.all([closed, ...ended]);
    },
  };
}

function allows(context: AuthContext, user: string, key: ParsedKey): boolean {
  if (context.username !== user || context.method !== 'publickey') return false;
  if (!key.getPublicSSH().equals(context.key.data)) return false;
  // Without a signature the client only asks whether this key would do (RFC 4252, section 7).
  if (context.signature === undefined || context.blob === undefined) return true;
  return key.verify(context.blob, context.signature, context.hashAlgo) === true;
}

// The verb that puts the archive at its path, as the remote script reads it (remote/compose.ts), with its mode.
const INSTALL = /\ninstall [0-7]+ /;

function onInstall(channel: ServerChannel, act: () => void): void {
  let tail = '';
  channel.on('data', (bytes: Buffer) => {
    const seen = tail + bytes.toString('latin1');
    tail = seen.slice(-20);
    if (INSTALL.test(seen)) act();
  });
}
