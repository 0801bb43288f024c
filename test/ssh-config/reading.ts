import type { Hop, SshSettings } from '../../src/domain/target.ts';
import type { SshConfig, Where } from '../../src/ssh-config/config.ts';
import type { ConfigDisk, Reading } from '../../src/ssh-config/include.ts';
import { loadSshConfig } from '../../src/ssh-config/load.ts';
import { createReach, type Reached } from '../../src/ssh-config/reach.ts';
import { makeTarget } from '../support/ssh-target.ts';

export const ENV: Record<string, string> = { KEYS: '/keys', SSH_AUTH_SOCK: '/run/agent' };

/** `${NAME}`, as ssh_config has it. */
export const variable = (name: string) => `\${${name}}`;

export const WHERE: Where = {
  ...{ home: '/home/op', user: 'op', uid: 1000, hostname: 'desk.example.com', directory: '/srv' },
  env: (name) => ENV[name],
  homeOf: (user) => (user === 'ann' ? '/home/ann' : null),
};

/** A disk in memory: path → text, or what else comes of reading it. Patterns may end in `*`. */
export function disk(
  files: Readonly<Record<string, string | Reading>>,
): ConfigDisk & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async read(path, isPrivate) {
      asked.push(`${isPrivate ? 'private ' : ''}${path}`);
      const file = files[path];
      if (file === undefined) return { kind: 'missing' };
      return typeof file === 'string' ? { kind: 'text', text: file } : file;
    },
    async glob(pattern) {
      const fits = (path: string) =>
        pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
      return Object.keys(files).filter(fits).sort();
    },
  };
}

/** The configuration of a user's file with this text, which must be a good one. */
export async function configOf(text: string): Promise<SshConfig> {
  const config = await loadSshConfig('/c', disk({ '/c': text }), WHERE);
  if (!config.ok) throw new Error(`not a good configuration: ${JSON.stringify(config.error)}`);
  return config.value;
}

/** A hop as the inventory has it, with the defaults for what it leaves out. */
export function hopOf(host: string, written: SshSettings = {}): Hop {
  const { port = 22, user = 'op', hostKeys = 'strict', connectTimeoutMs = 10_000 } = written;
  return makeTarget(host, port, {
    ...{ written, user, hostKeys, connectTimeoutMs },
    identityFiles: written.identityFiles ?? ['/home/op/.ssh/id_ed25519'],
    identityFilesExplicit: written.identityFiles !== undefined,
    knownHosts: written.knownHosts ?? ['/home/op/.ssh/known_hosts'],
    globalKnownHosts: written.knownHosts === undefined ? ['/etc/ssh/ssh_known_hosts'] : [],
  });
}

/** How a host is reached under a configuration. */
export async function reach(text: string, host: string, written: SshSettings = {}): Promise<Reached> {
  return createReach(await configOf(text), WHERE)(hopOf(host, written));
}

/** A way as text: `user@address:port` of every jump host, the nearest first. */
export function way({ hop }: Reached): readonly string[] {
  return hop.ssh.jumps.map(({ port, ssh }) => `${ssh.user}@${ssh.address}:${port}`);
}
