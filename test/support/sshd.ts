import { execFile, spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** A real sshd on a loopback address of its own, that lets root in. */
export interface Sshd {
  readonly host: string;
  readonly port: number;
  /** A folder that is removed with it. */
  readonly folder: string;
  /** Of the process that listens; each connection has a child of it. */
  readonly pid: number;
  /** `[host]:port type base64`, a line for known_hosts. */
  knownHostsLine(type: KeyType): Promise<string>;
  /** Makes a key pair in the folder, and lets it log in. The path of the private key. */
  authorize(name: string, keygen: readonly string[]): Promise<string>;
  /** What it has logged so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

let count = 0;

/** A folder in which a test may leave files. */
export function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'node-prep-ssh-'));
}

/** Makes a key pair; `keygen` are ssh-keygen's arguments for its type and passphrase. */
export async function makeKey(path: string, keygen: readonly string[]): Promise<string> {
  const passphrase = keygen.includes('-N') ? [] : ['-N', ''];
  await run('ssh-keygen', ['-q', '-C', path, ...keygen, ...passphrase, '-f', path]);
  return path;
}

/** A port of an address that nobody listens on. */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts sshd in the foreground, with `options` in sshd_config's words, and waits until it answers. */
export async function startSshd(keys: readonly KeyType[], options: readonly string[] = []): Promise<Sshd> {
  count += 1;
  const folder = await scratchFolder();
  const host = `127.${64 + (process.pid % 128)}.${count}.1`;
  const port = await freePort(host);
  const at = (name: string) => join(folder, name);
  await mkdir('/run/sshd', { recursive: true });
  for (const type of keys) await makeKey(at(`host_${type}`), ['-t', type]);
  await writeFile(at('authorized'), '', { mode: 0o600 });
  const config = [
    ...[`Port ${port}`, `ListenAddress ${host}`, 'PidFile none', 'StrictModes no', 'PermitRootLogin yes'],
    ...[`AuthorizedKeysFile ${at('authorized')}`, 'PasswordAuthentication no', 'UsePAM no'],
    ...keys.map((type) => `HostKey ${at(`host_${type}`)}`),
    // Start files of this machine's root, which may take seconds, are no part of a test.
    `SetEnv HOME=${folder}`,
  ];
  // The first value of a keyword wins.
  await writeFile(at('config'), `${[...options, ...config].join('\n')}\n`);
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-f', at('config'), '-E', at('log')], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => sshd.once('exit', () => resolve()));
  const log = () => readFile(at('log'), 'utf8').catch(() => '');
  for (let tries = 0; !(await log()).includes('listening'); tries += 1) {
    if (sshd.exitCode !== null || tries > 1_000) throw new Error(`sshd does not start: ${await log()}`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
  return {
    host,
    port,
    folder,
    pid: sshd.pid ?? 0,
    log,
    async knownHostsLine(type) {
      const [name, base64] = (await readFile(at(`host_${type}.pub`), 'utf8')).split(' ');
      return `[${host}]:${port} ${name} ${base64}`;
    },
    async authorize(name, keygen) {
      const path = await makeKey(at(name), keygen);
      await appendFile(at('authorized'), await readFile(`${path}.pub`));
      return path;
    },
    async stop() {
      sshd.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A real ssh-agent at a socket in a folder, with these private keys; ends with `stop`. */
export async function startAgent(
  folder: string,
  keys: readonly string[],
): Promise<{ socket: string; stop(): Promise<void> }> {
  count += 1;
  const socket = join(folder, `agent-${count}`);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => agent.once('exit', () => resolve()));
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  for (let tries = 0; ; tries += 1) {
    const listed = await run('ssh-add', ['-l'], { env }).catch((error: { code?: number }) => error);
    // 1: it answers, and holds nothing yet; 2: it cannot be reached.
    if (!('code' in listed) || listed.code === 1) break;
    if (tries > 100) throw new Error('the ssh-agent does not start');
    await new Promise((wake) => setTimeout(wake, 25));
  }
  for (const key of keys) await run('ssh-add', ['-q', key], { env, timeout: 10_000 });
  return {
    socket,
    async stop() {
      agent.kill();
      await exited;
    },
  };
}
