import { posix } from 'node:path';
import type { SecretReference } from '../domain/secret.ts';
import type {
  ArchiveSpec,
  BecomeSpec,
  CheckSpec,
  RegistrySpec,
  SshSettings,
  SshSpec,
} from '../domain/target.ts';
import type { Settings } from './read.ts';
import { readRegistryName } from './registry-name.ts';
import type { WrittenSecret } from './schema.ts';

/** Where an inventory lies and who reads it: `directory` and `home` are absolute paths. */
export interface Where {
  /** As the operator wrote it. */
  readonly file: string;
  readonly directory: string;
  readonly home: string;
  /** The operator's own user name, which ssh takes by default. */
  readonly user: string;
}

/** All settings of one agent, with the defaults filled in. */
export interface ResolvedSettings {
  /** But for the address, which is the agent's own. */
  readonly ssh: Omit<SshSpec, 'address'>;
  readonly port: number;
  readonly become: BecomeSpec;
  readonly archive: ArchiveSpec;
  readonly checks: readonly CheckSpec[];
  readonly registries: readonly string[];
}

const TWENTY_SECONDS = 20_000;

const CHECKS: readonly CheckSpec[] = [
  { id: 'runner', command: 'ps -Aef | grep -q ./runner', expect: 'runnable', timeoutMs: TWENTY_SECONDS },
  { id: 'dockerd', command: 'ps -Aef | grep -q dockerd', expect: 'pass', timeoutMs: TWENTY_SECONDS },
  { id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: TWENTY_SECONDS },
];
const ARCHIVE: ArchiveSpec = { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 };
const IDENTITY_FILES = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];
const KNOWN_HOSTS = ['~/.ssh/known_hosts'];
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts'];

/**
 * Lays the settings of the top level, the group and the agent over one another, the nearest last: mappings merge
 * key by key, lists and secrets replace. `all` are the registries of the inventory, in its order.
 */
export function resolveSettings(
  layers: readonly Settings[],
  where: Where,
  all: readonly RegistrySpec[],
): ResolvedSettings {
  const ssh = Object.assign({}, ...layers.map((layer) => layer.ssh)) as NonNullable<Settings['ssh']>;
  const become = Object.assign({}, ...layers.map((layer) => layer.become)) as NonNullable<Settings['become']>;
  const checks = layers.findLast((layer) => layer.checks !== undefined)?.checks;
  const keys = layers.findLast((layer) => layer.registries !== undefined)?.registries;
  const names = new Set(keys?.map(registryName));
  return {
    port: ssh.port ?? 22,
    ssh: resolveSsh(ssh, where),
    become: {
      method: become.method ?? 'auto',
      password: become.password === undefined ? null : resolveSecret(become.password, where),
    },
    archive: Object.assign({}, ARCHIVE, ...layers.map((layer) => layer.archive)) as ArchiveSpec,
    checks:
      checks?.map(({ id, command, expect = 'pass', timeout = TWENTY_SECONDS }) => ({
        id,
        command,
        expect,
        timeoutMs: timeout,
      })) ?? CHECKS,
    registries: all.map(({ name }) => name).filter((name) => keys === undefined || names.has(name)),
  };
}

/** What the inventory says of SSH over the defaults; ssh_config has its say later. */
function resolveSsh(ssh: NonNullable<Settings['ssh']>, where: Where): Omit<SshSpec, 'address'> {
  const localPath = (path: string) => resolvePath(path, where);
  const transport = ssh.transport ?? 'ssh2';
  const written: SshSettings = {
    user: ssh.user,
    port: ssh.port,
    identityFiles: ssh.identityFiles?.map(localPath),
    hostKeys: ssh.hostKeys,
    knownHosts: ssh.knownHosts?.map(localPath),
    proxyJump: ssh.proxyJump,
    configFile: ssh.configFile === 'none' ? 'none' : ssh.configFile && localPath(ssh.configFile),
    connectTimeoutMs: ssh.connectTimeout,
  };
  return {
    transport,
    // On this machine the work is done by whoever runs node-prep.
    user: transport === 'local' ? where.user : (ssh.user ?? where.user),
    hostKeyAlias: null,
    identityFiles: written.identityFiles ?? IDENTITY_FILES.map(localPath),
    identityFilesExplicit: ssh.identityFiles !== undefined,
    identitiesOnly: false,
    certificateFiles: [],
    password: ssh.password === undefined ? null : resolveSecret(ssh.password, where),
    hostKeys: ssh.hostKeys ?? 'strict',
    knownHosts: written.knownHosts ?? KNOWN_HOSTS.map(localPath),
    globalKnownHosts: ssh.knownHosts === undefined ? GLOBAL_KNOWN_HOSTS : [],
    connectTimeoutMs: ssh.connectTimeout ?? 10_000,
    keepAliveMs: 15_000,
    jumps: [],
    written,
  };
}

/** The canonical name of a registry's key; a key that is none stays as it is. */
export function registryName(key: string): string {
  const name = readRegistryName(key);
  return name.ok ? name.value.name : key;
}

/** A reference to a secret with its paths made absolute. */
export function resolveSecret(written: WrittenSecret, where: Where): SecretReference {
  if ('env' in written) return { kind: 'env', name: written.env };
  if ('file' in written) return { kind: 'file', path: resolvePath(written.file, where) };
  if ('prompt' in written) return { kind: 'prompt', text: written.prompt };
  // As for a shell: a program with a slash is a path, one without is looked for in PATH.
  const [program = '', ...rest] = written.exec;
  return { kind: 'exec', argv: [program.includes('/') ? resolvePath(program, where) : program, ...rest] };
}

/** Relative to the inventory's folder; `~` is the home folder. */
export function resolvePath(path: string, { directory, home }: Where): string {
  if (path === '~' || path.startsWith('~/')) return posix.join(home, path.slice(1));
  return posix.isAbsolute(path) ? posix.normalize(path) : posix.join(directory, path);
}
