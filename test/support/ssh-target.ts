import type { SshSpec, Target } from '../../src/domain/target.ts';

/** A target as the inventory would resolve it. The limit is long: these tests share the machine with others. */
export function makeTarget(host: string, port: number, ssh: Partial<SshSpec> = {}): Target {
  return {
    name: 'agent',
    host,
    port,
    group: null,
    ssh: {
      user: 'root',
      identityFiles: [],
      identityFilesExplicit: true,
      password: null,
      hostKeys: 'strict',
      knownHosts: [],
      connectTimeoutMs: 60_000,
      ...ssh,
    },
    become: { method: 'auto' },
    archive: { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 },
    checks: [],
    registries: [],
  };
}
