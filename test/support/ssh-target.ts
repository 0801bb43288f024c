import type { SshSpec, Target } from '../../src/domain/target.ts';

/** How a host is reached, with nothing special about it. The limit is long: these tests share the machine with others. */
export function sshSpec(address: string, more: Partial<SshSpec> = {}): SshSpec {
  return {
    transport: 'ssh2',
    user: 'root',
    address,
    hostKeyAlias: null,
    identityFiles: [],
    identityFilesExplicit: true,
    identitiesOnly: false,
    certificateFiles: [],
    password: null,
    hostKeys: 'strict',
    knownHosts: [],
    globalKnownHosts: [],
    connectTimeoutMs: 60_000,
    keepAliveMs: 15_000,
    jumps: [],
    written: {},
    ...more,
  };
}

/** A target as the inventory would resolve it. */
export function makeTarget(host: string, port: number, ssh: Partial<SshSpec> = {}): Target {
  return {
    name: 'agent',
    host,
    port,
    group: null,
    ssh: sshSpec(host, ssh),
    become: { method: 'auto', password: null },
    archive: { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 },
    checks: [],
    registries: [],
  };
}
