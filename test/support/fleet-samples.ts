import { Secret } from '../../src/domain/secret.ts';
import type { RegistrySpec, Target } from '../../src/domain/target.ts';

/** In place of the remote script, for fakes: as long as it says. */
export const SCRIPT = ': node-prep of a fake\n';

export const registry: RegistrySpec = {
  name: 'registry.example.com',
  username: 'puller',
  password: { kind: 'env', name: 'REGISTRY_PASSWORD' },
  proof: 'agent',
};

export const secret = new Secret('secret');

/** A target with nothing special about it. */
export function target(name: string, more: Partial<Target> = {}): Target {
  return {
    name,
    host: `${name}.example.com`,
    port: 22,
    group: null,
    ssh: {
      user: 'root',
      identityFiles: [],
      identityFilesExplicit: false,
      password: null,
      hostKeys: 'strict',
      knownHosts: [],
      connectTimeoutMs: 1_000,
    },
    become: { method: 'auto' },
    archive: { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 },
    checks: [{ id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: 20_000 }],
    registries: [registry.name],
    ...more,
  };
}
