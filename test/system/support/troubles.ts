import type { FailureCode } from '../../../src/errors/catalogue.ts';
import type { AgentOptions } from './agent-files.ts';
import { ARCHIVE } from './archives.ts';
import { script } from './base.ts';
import { NO_AGENTS, NO_REGISTRIES } from './places.ts';
import { withDockerThat, withPodman, withRootlessDocker } from './special.ts';

/** One way for an agent to be in trouble. */
export interface Trouble {
  /** What is wrong, as a sentence that ends the test's name. */
  readonly with: string;
  readonly code: FailureCode;
  /** How the agent is made; null for an address where no agent is. */
  readonly agent: AgentOptions | null;
  /** Where there is no agent: the host. */
  readonly host?: string;
  /** What its entry in the inventory says besides name and host. */
  readonly entry?: object;
  /** What the failure's message, hint or detail must say. */
  readonly says?: RegExp;
  /** What must lie at the archive's path afterwards: the old one, unless said otherwise. */
  readonly archive?: 'new' | 'link' | 'folder' | 'pipe';
}

const user = (name: string) => ({ ssh: { user: name } });
const checks = (command: string, timeout = '20s') => ({
  checks: [{ id: 'own', command, expect: 'pass', timeout }],
});
const PLACE = `rm -f ${ARCHIVE}`;
const TINY = `size=$(du -sk /etc | cut -f1); cp -a /etc /tmp/etc; mount -t tmpfs -o size=$((size + 400))k,mode=755 full /etc
cp -a /tmp/etc/. /etc; rm -r /tmp/etc; cat /dev/zero >/etc/filler 2>/dev/null || :`;

/** Escape sequences that clear a screen, set a title, and turn the reading order around. */
export const ESCAPES = "printf '\\033[2J\\033]0;owned\\007 \\342\\200\\256gnp.exe \\302\\2332J\\n'";

/** Everything that can be wrong with an agent or on the way to it, one each, by the agent's name. */
export const TROUBLES: Readonly<Record<string, Trouble>> = {
  'host-unknown': {
    with: 'a name that does not exist',
    code: 'HOST_UNRESOLVED',
    agent: null,
    host: 'no-such-host.invalid',
  },
  'host-refuses': {
    with: 'nothing on its port',
    code: 'CONNECTION_REFUSED',
    agent: null,
    host: NO_AGENTS.refuses,
  },
  'host-black-hole': {
    with: 'packets that vanish',
    code: 'CONNECTION_TIMED_OUT',
    agent: null,
    host: NO_AGENTS.blackHole,
  },
  'host-silent': {
    with: 'a server that says nothing',
    code: 'CONNECTION_TIMED_OUT',
    agent: null,
    host: NO_AGENTS.saysNothing,
  },
  'host-closes': {
    with: 'a server that closes at once',
    code: 'CONNECTION_LOST',
    agent: null,
    host: NO_AGENTS.closesAtOnce,
  },
  'host-http': { with: 'a web server on its port', code: 'NOT_SSH', agent: null, host: NO_AGENTS.speaksHttp },
  'host-busy': {
    with: 'an sshd that takes no more',
    code: 'SERVER_BUSY',
    agent: { sshd: ['MaxStartups 1'] },
  },

  'key-unknown': {
    with: 'a host key that known_hosts lacks',
    code: 'HOST_KEY_UNKNOWN',
    agent: {},
    says: /SHA256:/,
  },
  'key-changed': {
    with: 'another host key than the known one',
    code: 'HOST_KEY_CHANGED',
    agent: {},
    says: /SHA256:/,
  },
  'key-revoked': { with: 'a revoked host key', code: 'HOST_KEY_REVOKED', agent: {} },
  'login-refused': {
    with: 'an sshd that refuses the key',
    code: 'AUTH_REJECTED',
    agent: { sshd: ['AuthorizedKeysFile none'] },
  },

  nologin: {
    with: 'a login shell that is nologin',
    code: 'SHELL_UNUSABLE',
    agent: {},
    entry: user('nologin'),
  },
  'forced-command': {
    with: 'a ForceCommand',
    code: 'SHELL_UNUSABLE',
    agent: { sshd: ['ForceCommand echo no'] },
  },
  'missing-tool': {
    with: 'od missing',
    code: 'SHELL_UNUSABLE',
    agent: { setup: 'rm /usr/bin/od' },
    says: /\bod\b/,
  },
  'sudo-password': {
    with: 'a sudo that wants a password',
    code: 'BECOME_PASSWORD_NEEDED',
    agent: {},
    entry: user('pwsudo'),
  },
  'sudo-missing': {
    with: 'no sudo',
    code: 'BECOME_REFUSED',
    agent: { setup: 'rm /usr/bin/sudo' },
    entry: user('ops'),
  },

  'docker-missing': { with: 'no docker', code: 'DOCKER_MISSING', agent: { setup: 'rm /usr/bin/docker' } },
  'docker-is-podman': {
    with: "podman by docker's name",
    code: 'DOCKER_MISSING',
    agent: withPodman,
    says: /podman/,
  },
  'docker-cli-hangs': {
    with: 'a docker that hangs at once',
    code: 'DOCKER_TIMED_OUT',
    agent: { files: { '/usr/local/bin/docker': script('sleep 1000') } },
  },
  'docker-daemon-hangs': {
    with: 'a daemon that never answers',
    code: 'DOCKER_TIMED_OUT',
    agent: { docker: 'hangs' },
  },
  'docker-daemon-down': {
    with: 'no daemon',
    code: 'DOCKER_DAEMON_DOWN',
    agent: { docker: 'down' },
    archive: 'new',
  },
  'docker-rootless': {
    with: 'a daemon that serves only its own user',
    code: 'DOCKER_DAEMON_DOWN',
    agent: withRootlessDocker,
    says: /rootless/,
    archive: 'new',
  },

  'registry-tls': {
    with: 'a registry whose CA it does not know',
    code: 'REGISTRY_TLS',
    agent: {},
    entry: { registries: ['untrusted.example.com'] },
  },
  'registry-refuses': {
    with: 'a registry that nobody answers for',
    code: 'REGISTRY_UNREACHABLE',
    agent: {},
    entry: { registries: [NO_REGISTRIES.refuses] },
  },
  'registry-failing': {
    with: 'a registry that answers 503',
    code: 'REGISTRY_UNREACHABLE',
    agent: {},
    entry: { registries: [NO_REGISTRIES.failing] },
  },
  'stores-nothing': {
    with: 'a docker that says yes and stores nothing',
    code: 'CREDENTIAL_NOT_STORED',
    agent: withDockerThat('login', 'cat >/dev/null; echo Login Succeeded; exit 0'),
  },

  'etc-read-only': {
    with: 'a read-only /etc',
    code: 'READ_ONLY',
    agent: { setup: 'mount --bind /etc /etc; mount -o remount,bind,ro /etc' },
  },
  'etc-full': { with: 'a full /etc', code: 'NO_SPACE', agent: { setup: TINY } },
  'path-is-link': {
    with: 'a symbolic link at the path',
    code: 'ARCHIVE_PATH_UNUSABLE',
    agent: { setup: `mv ${ARCHIVE} /srv/elsewhere; ln -s /srv/elsewhere ${ARCHIVE}` },
    archive: 'link',
  },
  'path-is-folder': {
    with: 'a folder at the path',
    code: 'ARCHIVE_PATH_UNUSABLE',
    agent: { setup: `${PLACE}; mkdir ${ARCHIVE}` },
    archive: 'folder',
  },
  'path-is-pipe': {
    with: 'a named pipe at the path',
    code: 'ARCHIVE_PATH_UNUSABLE',
    agent: { setup: `${PLACE}; mkfifo ${ARCHIVE}` },
    archive: 'pipe',
  },
  'previous-is-folder': {
    with: 'a folder where the previous archive goes',
    code: 'ARCHIVE_PATH_UNUSABLE',
    agent: { setup: `mkdir ${ARCHIVE}.previous` },
  },
  'owner-unknown': {
    with: 'no user of the name that is to own it',
    code: 'ARCHIVE_MODE',
    agent: {},
    entry: { archive: { owner: 'nobody-here' } },
  },

  'check-fails': {
    with: 'a check that says no',
    code: 'CHECK_FAILED',
    agent: {},
    entry: checks('test -e /no/such/file'),
    archive: 'new',
  },
  'check-hangs': {
    with: 'a check that never ends',
    code: 'CHECK_TIMED_OUT',
    agent: {},
    entry: checks('sleep 1000', '1s'),
    archive: 'new',
  },
  'check-escapes': {
    with: 'a check that prints escape sequences',
    code: 'CHECK_FAILED',
    agent: {},
    entry: checks(`${ESCAPES}; exit 7`),
    says: /\\x1b\[2J/,
    archive: 'new',
  },
  'check-floods': {
    with: 'a check that prints megabytes and fails',
    code: 'CHECK_FAILED',
    agent: {},
    entry: checks('head -c 30000000 /dev/zero | tr "\\0" x; echo the end; exit 7'),
    says: /the end/,
    archive: 'new',
  },
  'ps-hangs': {
    with: 'a docker whose ps never ends',
    code: 'CHECK_TIMED_OUT',
    agent: withDockerThat('ps', 'sleep 1000'),
    entry: { checks: [{ id: 'docker', command: 'docker ps -a', expect: 'pass', timeout: '2s' }] },
    archive: 'new',
  },
};
