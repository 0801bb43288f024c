import type { AgentStatus } from '../domain/outcome.ts';
import type { FailureCode } from '../errors/catalogue.ts';

/** What a run must say of an agent; without a code, any failure of that status will do. */
export interface Expectation {
  readonly status: AgentStatus;
  readonly code?: FailureCode;
}

/** One way for a practice agent to misbehave. Each part of the lab looks only at its own field. */
export interface Fault {
  /** What is wrong there, to be read after the agent's name. */
  readonly says: string;
  readonly expected: Expectation;
  /** sshd: what becomes of a connection. `drops` breaks it once, with the install under way. */
  readonly connection?: 'closes' | 'not-ssh' | 'drops';
  /** known_hosts: which key it has for the agent. */
  readonly knownAs?: 'another-key' | 'nothing';
  /** sshd: shell text that runs before each command, as a login's profile would. */
  readonly profile?: string;
  /** The stand-in docker. */
  readonly docker?: 'absent' | 'podman' | 'hangs' | 'daemon-down' | 'list-fails';
  /** The registry's answer to a login from this agent, whatever the password. */
  readonly registryStatus?: number;
  /** What lies at the archive's path; in a prepared fleet the others have the good one. */
  readonly archive?: 'foreign' | 'missing' | 'damaged' | 'open' | 'old' | 'link';
}

/** Every misbehaviour that an agent can be given; a new one is one entry. */
export const FAULTS = {
  'daemon-down': {
    says: 'has no running Docker daemon: docker ps -a finds nobody at /var/run/docker.sock',
    expected: { status: 'failed', code: 'DOCKER_DAEMON_DOWN' },
    docker: 'daemon-down',
  },
  /** Only true where the machine has no Docker of its own: the agents share its /usr/bin. */
  'docker-missing': {
    says: 'has no docker',
    expected: { status: 'failed', code: 'DOCKER_MISSING' },
    docker: 'absent',
  },
  podman: {
    says: 'has podman behind the name docker',
    expected: { status: 'failed', code: 'DOCKER_MISSING' },
    docker: 'podman',
  },
  'docker-hangs': {
    says: 'has a docker that never answers',
    expected: { status: 'failed', code: 'DOCKER_TIMED_OUT' },
    docker: 'hangs',
  },
  /** Next to an agent that may log in: should this one be the first to prove the credential, the run stops. */
  'login-refused': {
    says: 'is refused by the registry',
    expected: { status: 'failed', code: 'REGISTRY_AUTH_REJECTED' },
    registryStatus: 401,
  },
  'rate-limited': {
    says: 'is told by the registry to slow down',
    expected: { status: 'failed', code: 'REGISTRY_RATE_LIMITED' },
    registryStatus: 429,
  },
  'host-key-differs': {
    says: 'presents another host key than known_hosts has',
    expected: { status: 'failed', code: 'HOST_KEY_CHANGED' },
    knownAs: 'another-key',
  },
  'host-key-unknown': {
    says: 'presents a host key that known_hosts lacks',
    expected: { status: 'failed', code: 'HOST_KEY_UNKNOWN' },
    knownAs: 'nothing',
  },
  'archive-foreign': {
    says: 'has an archive with the credential of another registry',
    expected: { status: 'failed', code: 'ARCHIVE_FOREIGN' },
    archive: 'foreign',
  },
  'archive-missing': {
    says: 'has no archive: a new agent that nobody prepared',
    expected: { status: 'failed', code: 'ARCHIVE_MISSING' },
    archive: 'missing',
  },
  'archive-damaged': {
    says: 'has half an archive: somebody copied it while it was written',
    expected: { status: 'failed', code: 'ARCHIVE_INVALID' },
    archive: 'damaged',
  },
  'archive-open': {
    says: 'has an archive that every user of the machine can read',
    expected: { status: 'failed', code: 'ARCHIVE_MODE' },
    archive: 'open',
  },
  'archive-old': {
    says: "holds last month's password, which the registry does not take any more",
    expected: { status: 'failed', code: 'ARCHIVE_STALE' },
    archive: 'old',
  },
  'archive-link': {
    says: 'has a symbolic link where the archive should be',
    expected: { status: 'failed', code: 'ARCHIVE_PATH_UNUSABLE' },
    archive: 'link',
  },
  'list-fails': {
    says: 'has a docker whose docker ps -a fails',
    expected: { status: 'failed', code: 'CHECK_FAILED' },
    docker: 'list-fails',
  },
  'no-shell': {
    says: 'has nologin for a login shell',
    expected: { status: 'failed', code: 'SHELL_UNUSABLE' },
    profile: "echo 'This account is currently not available.'; exit 1;",
  },
  floods: {
    says: 'writes eight megabytes of noise before it does anything',
    expected: { status: 'ok' },
    profile: 'dd if=/dev/zero bs=65536 count=128 2>/dev/null;',
  },
  'closes-at-once': {
    says: 'closes every connection before a word is said',
    expected: { status: 'unreachable' },
    connection: 'closes',
  },
  'not-ssh': {
    says: 'answers in HTTP where SSH is expected',
    expected: { status: 'unreachable', code: 'NOT_SSH' },
    connection: 'not-ssh',
  },
  /** One reconnect reads the truth, so that `changed` is known all the same. */
  'drops-mid-install': {
    says: 'loses its connection when it has just been told to install',
    expected: { status: 'failed', code: 'CONNECTION_LOST' },
    connection: 'drops',
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** The fault of that name, or none. */
export function faultOf(name: FaultName | undefined): Fault | undefined {
  return name === undefined ? undefined : FAULTS[name];
}
