import { Secret } from '../../src/domain/secret.ts';
import type { RegistrySpec, Target } from '../../src/domain/target.ts';
import { sshSpec } from './ssh-target.ts';

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
  const host = `${name}.example.com`;
  return {
    name,
    host,
    port: 22,
    group: null,
    ssh: sshSpec(host, { identityFilesExplicit: false, connectTimeoutMs: 1_000 }),
    become: { method: 'auto', password: null },
    archive: { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 },
    checks: [{ id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: 20_000 }],
    registries: [registry.name],
    ...more,
  };
}
