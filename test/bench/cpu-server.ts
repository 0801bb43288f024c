// A program of its own: an SSH server of the ssh2 package that lets one key in and answers every command at once, until
// its standard input ends. Its first line of output is how to log in there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKeyPair, startSshServer } from '../support/ssh-server.ts';
import type { Login } from './clients.ts';

const folder = mkdtempSync(join(tmpdir(), 'node-prep-bench-'));
const [hostKey, userKey] = [makeKeyPair(), makeKeyPair()];
const server = await startSshServer({
  hostKeys: [hostKey],
  login: (context) => (context.method === 'publickey' ? context.accept() : context.reject(['publickey'])),
  run(channel) {
    channel.write('hi\n');
    channel.exit(0);
    channel.end();
  },
});
const { host, port } = server;
const login: Login = {
  host,
  port,
  identity: join(folder, 'identity'),
  knownHosts: join(folder, 'known_hosts'),
};
writeFileSync(login.identity, userKey.privateText, { mode: 0o600 });
writeFileSync(login.knownHosts, `[${host}]:${port} ${hostKey.publicText}\n`);
console.log(JSON.stringify(login));
process.stdin.resume().once('end', () => {
  rmSync(folder, { recursive: true });
  void server.stop();
});
