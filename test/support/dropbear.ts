import { execFile, spawn } from 'node:child_process';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, makeKey, scratchFolder } from './sshd.ts';

const run = promisify(execFile);

/** A real dropbear on loopback that lets root in by one key. */
export interface Dropbear {
  readonly host: string;
  readonly port: number;
  /** A folder that is removed with it; its `known` is a known_hosts file. */
  readonly folder: string;
  /** The path of the private key. */
  readonly key: string;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it with root's home folder a new one: it looks for authorized_keys nowhere else. */
export async function startDropbear(): Promise<Dropbear> {
  const folder = await scratchFolder();
  const at = (name: string) => join(folder, name);
  const host = '127.0.0.1';
  const port = await freePort(host);
  const key = await makeKey(at('user'), ['-t', 'ed25519']);
  const hostKey = await makeKey(at('host'), ['-t', 'ed25519', '-m', 'PEM']);
  await run('dropbearconvert', ['openssh', 'dropbear', hostKey, at('host_dropbear')]);
  const [type, base64] = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ');
  await writeFile(at('known'), `[${host}]:${port} ${type} ${base64}\n`);
  await copyFile(`${key}.pub`, at('authorized'));
  const script = `mount -t tmpfs -o mode=700 none /root && mkdir -m 700 /root/.ssh &&
cp ${at('authorized')} /root/.ssh/authorized_keys &&
exec /usr/sbin/dropbear -F -E -s -p ${host}:${port} -r ${at('host_dropbear')} -P ${at('pid')} 2>${at('log')}`;
  const dropbear = spawn('unshare', ['-m', '/bin/sh', '-c', script], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => dropbear.once('exit', () => resolve()));
  const log = () => readFile(at('log'), 'utf8').catch(() => '');
  for (let tries = 0; !(await readFile(at('pid'), 'utf8').catch(() => '')); tries += 1) {
    if (dropbear.exitCode !== null || tries > 1_000)
      throw new Error(`dropbear does not start: ${await log()}`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
  return {
    host,
    port,
    folder,
    key,
    log,
    async stop() {
      dropbear.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
