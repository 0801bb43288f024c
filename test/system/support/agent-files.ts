import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileText, layFiles } from './base.ts';
import { makeHostKey } from './host-key.ts';

/** What is special about an agent. */
export interface AgentOptions {
  /** Files laid over its file system. */
  readonly files?: Readonly<Record<string, FileText>>;
  /** A shell script run on it as root before its sshd starts; mounts it makes are its own. */
  readonly setup?: string;
  /** The daemon behind /run/docker.sock: the fleet's, one that never answers, or none. */
  readonly docker?: 'works' | 'hangs' | 'down';
  /** Further options for sshd, in sshd_config's words: `MaxStartups 1`. */
  readonly sshd?: readonly string[];
  /** In place of sshd: Dropbear, with these further arguments. */
  readonly dropbear?: readonly string[];
}

/** An agent whose files are laid out; the rest is the kernel's and sshd's work. */
export interface LaidOut {
  readonly name: string;
  readonly address: string;
  readonly hostKey: string;
  /** Lines for `mount -a`. */
  readonly mounts: string;
  /** A shell command that starts its sshd. */
  readonly start: string;
}

/**
 * Parts of an agent's file system that are folders of their own, by the path where they are mounted; the rest is
 * an overlay: `upper` over `layer` (special files) over the fleet's base over the machine's own files. Nothing of
 * the machine's /root, /run, /tmp and /dev/shm shows.
 */
export const OWN_FOLDERS: Readonly<Record<string, string>> = {
  home: '/root',
  run: '/run',
  tmp: '/tmp',
  shm: '/dev/shm',
};

/** Lays out an agent in a folder of the enclave: `inner` by the enclave's paths, `at` from this side. */
export function layAgent(
  inner: string,
  at: (path: string) => string,
  identity: { readonly name: string; readonly address: string },
  options: AgentOptions,
  sockets: { readonly works: string; readonly hangs: string },
): LaidOut {
  const home = join(inner, 'agents', identity.name);
  for (const part of ['layer', 'upper', 'work', 'root', 'run/sshd', 'run/fleet', 'tmp', 'shm']) {
    mkdirSync(at(join(home, part)), { recursive: true, mode: 0o755 });
  }
  for (const open of ['tmp', 'shm']) chmodSync(at(join(home, open)), 0o1777);
  cpSync(at(join(inner, 'base/root')), at(join(home, 'home')), { recursive: true });
  chmodSync(at(join(home, 'home')), 0o700);
  layFiles(at(join(home, 'layer')), options.files ?? {});
  const key = makeHostKey();
  layFiles(at(join(home, 'run')), {
    'fleet/hostkey': { text: key.privateKey, mode: 0o600 },
    'fleet/start': `set -e\n${options.setup ?? ''}\ncd /\n${server(identity.address, options)}\n`,
    ...(options.docker === 'down' ? {} : { 'docker.sock': '' }),
  });
  return {
    ...identity,
    hostKey: key.publicKey,
    mounts: mounts(inner, home, options, sockets),
    start: start(home, options),
  };
}

function mounts(
  inner: string,
  home: string,
  options: AgentOptions,
  sockets: { works: string; hangs: string },
): string {
  const root = join(home, 'root');
  const layers = `lowerdir=${home}/layer:${inner}/base:/,upperdir=${home}/upper,workdir=${home}/work`;
  const lines = [`agent ${root} overlay ${layers}`, `/dev ${root}/dev none rbind`];
  for (const [folder, path] of Object.entries(OWN_FOLDERS))
    lines.push(`${home}/${folder} ${root}${path} none bind`);
  const docker = options.docker ?? 'works';
  if (docker !== 'down')
    lines.push(`${sockets[docker]} ${root}/run/docker.sock none bind`, `proc ${root}/proc proc defaults`);
  return `${lines.join('\n')}\n`;
}

// Shell commands; the last becomes the server, and writes its process's number down when it listens.
function server(address: string, options: AgentOptions): string {
  if (options.dropbear === undefined) {
    const special = (options.sshd ?? []).map((option) => ` -o '${option}'`).join('');
    return `exec /usr/sbin/sshd -D -e -f /etc/ssh/fleet_config -o ListenAddress=${address}${special}`;
  }
  const files = '-r /run/fleet/dropbear_hostkey -P /run/fleet/sshd.pid';
  return `mkdir -m 700 /root/.ssh; cp /etc/ssh/fleet_keys /root/.ssh/authorized_keys
dropbearconvert openssh dropbear /run/fleet/hostkey /run/fleet/dropbear_hostkey
exec /usr/sbin/dropbear -F -E -s -p ${address}:22 ${files} ${options.dropbear.join(' ')}`;
}

// An agent without a daemon must not see the fleet's in its process table either: it gets a table of its own.
function start(home: string, options: AgentOptions): string {
  const own = options.docker === 'down' ? '-p -f --mount-proc' : '';
  return `unshare -m ${own} -R ${home}/root /bin/sh /run/fleet/start </dev/null >${home}/log 2>&1 &\n`;
}
