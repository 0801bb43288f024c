// A program of its own: stand-in agents on every address of 127.0.0.0/8, at one port, until its standard input ends.
// SSH is real, and so is the conversation; there is no shell and no Docker behind it, so that ten thousand agents cost
// this machine little. What each of them is made for is in scale-plan.ts. Its first line of output is how to log in
// there; each line of input is answered by the milliseconds of CPU that it has spent.
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ssh2, { type Session } from 'ssh2';
import { makeKeyPair } from '../support/ssh-server.ts';
import type { Login } from './clients.ts';
import { addresses, type Kind, kindAt } from './scale-plan.ts';
import { standInAgent } from './stand-in-agent.ts';

const agents = Number(process.argv[2]);
const [hostKey, userKey] = [makeKeyPair(), makeKeyPair()];
// ssh2 would read the key anew for each signature, which takes longer than to sign.
const keyObject = createPrivateKey(hostKey.key.getPrivatePEM());
Object.assign(hostKey.key, { sign: (data: Buffer) => sign(null, data, keyObject) });

function sshServer(kind: Kind) {
  const server = new ssh2.Server({ hostKeys: [{ key: hostKey.key as never }] });
  server.on('connection', (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (context.method === 'publickey' && kind !== 'rejects the key') context.accept();
      else context.reject(['publickey']);
    });
    client.on('session', (accept) => serve(accept(), kind));
  });
  return server;
}

function serve(session: Session, kind: Kind): void {
  session.on('exec', (accept, _refuse, { command }) => {
    const channel = accept();
    const script = Number(/\bn=(\d+)/.exec(command)?.[1]);
    const agent = standInAgent(script, kind !== 'has no docker', (text) => void channel.write(text));
    channel.on('error', () => {});
    channel.on('data', (bytes: Buffer) => agent.input(bytes));
    channel.on('end', () => {
      channel.exit(0);
      channel.end();
    });
  });
}

const servers = { healthy: sshServer('healthy'), ...others(['rejects the key', 'has no docker']) };

function others(kinds: readonly Kind[]): Partial<Record<Kind, ssh2.Server>> {
  return Object.fromEntries(kinds.map((kind) => [kind, sshServer(kind)]));
}

const listener = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  const kind = kindAt(socket.localAddress ?? '');
  if (kind === 'hangs up') socket.destroy();
  else if (kind === 'speaks HTTP') socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n');
  else servers[kind]?.injectSocket(socket);
});

listener.listen(0, '0.0.0.0', () => {
  const { port } = listener.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-bench-'));
  const login: Omit<Login, 'host'> = {
    port,
    identity: join(folder, 'identity'),
    knownHosts: join(folder, 'known_hosts'),
  };
  writeFileSync(login.identity, userKey.privateText, { mode: 0o600 });
  const lines = addresses(agents).map((address) => `[${address}]:${port} ${hostKey.publicText}\n`);
  writeFileSync(login.knownHosts, lines.join(''));
  console.log(JSON.stringify(login));
  const input = createInterface(process.stdin);
  input.on('line', () => {
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1_000);
  });
  input.on('close', () => {
    rmSync(folder, { recursive: true });
    process.exit();
  });
});
