// A program of its own: sshd on the addresses that it is given, at port 22, or on a free one where none is given, until
// its standard input ends. Its first line of output is how to log in there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSshd } from '../support/sshd.ts';

const PORT = 22;
const addresses = process.argv.slice(2);
const listen =
  addresses.length === 0 ? [] : [`Port ${PORT}`, ...addresses.map((it) => `ListenAddress ${it}`)];
const options = [
  // Nobody is to be turned away, whatever the bench opens at once.
  'MaxStartups 200',
  // bash reads root's ~/.bashrc when sshd starts it: what that does on this machine is not to be measured.
  'SetEnv HOME=/nonexistent',
];

const sshd = await startSshd(['ed25519'], [...listen, ...options]);
const identity = await sshd.authorize('identity', ['-t', 'ed25519']);
const knownHosts = join(sshd.folder, 'known_hosts');
const [, ...key] = (await sshd.knownHostsLine('ed25519')).split(' ');
writeFileSync(knownHosts, `* ${key.join(' ')}`);
const { host, port } = sshd;
console.log(JSON.stringify({ host, port: addresses.length === 0 ? port : PORT, identity, knownHosts }));
process.stdin.resume().once('end', () => void sshd.stop());
