import { becomeHint, becomeReason, passwordHint } from './become-words.ts';
import { pullHint, pullMessage, UNPROVEN } from './pull-words.ts';

/** Where in the work a failure belongs; failures of one agent are listed in this order. */
export const PHASES = ['reach', 'trust', 'shell', 'docker', 'registry', 'archive', 'verify', 'run'] as const;
export type Phase = (typeof PHASES)[number];

type Words = (values: Readonly<Record<string, string | number>>) => string;

interface Entry {
  readonly phase: Phase;
  /** May the same attempt succeed a moment later, with nothing changed by the operator? */
  readonly retryable: boolean;
  /** One line for the README's table. */
  readonly meaning: string;
  readonly message: Words;
  readonly hint: Words;
}

const say = (text: string): Words => {
  // `{name}` is filled from the values; a name without a value stays readable instead of printing "undefined".
  return (values) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `the ${name}`));
};

function entry(
  phase: Phase,
  meaning: string,
  message: string | Words,
  hint: string | Words,
  retryable = false,
): Entry {
  return {
    phase,
    retryable,
    meaning,
    message: typeof message === 'string' ? say(message) : message,
    hint: typeof hint === 'string' ? say(hint) : hint,
  };
}

/**
 * Every failure code, with its words. Codes are permanent: scripts rely on them. Code never branches on
 * message text. The message says what happened; the state that the agent is left in is appended by the engine,
 * which knows it; the hint is the next step.
 */
export const CATALOGUE = {
  HOST_UNRESOLVED: entry(
    'reach',
    'the host name has no address',
    'The host name {host} could not be resolved.',
    "Check the spelling in the inventory and this machine's DNS: getent hosts {host}",
    true,
  ),
  CONNECTION_REFUSED: entry(
    'reach',
    'nothing listens on the SSH port',
    'Nothing accepts connections on {host} port {port}.',
    'Is sshd running there, and on this port? Set ssh.port in the inventory if it is another one.',
    true,
  ),
  CONNECTION_TIMED_OUT: entry(
    'reach',
    'no answer within connectTimeout',
    'No answer from {host} port {port} within {limit}.',
    'Is the agent up, and does a firewall drop the connection? ssh.connectTimeout sets the limit.',
    true,
  ),
  CONNECTION_LOST: entry(
    'reach',
    'the connection broke',
    'The connection to {host} broke off.',
    ({ cause }) =>
      cause === 'disagreement'
        ? "The two do not understand each other: the detail says in what. Update that sshd; or allow its algorithms in ssh_config and set ssh.transport: openssh. Look at sshd's log on the agent."
        : "Run again with --resume; if it repeats, look at the network and at sshd's log on the agent.",
    true,
  ),
  NOT_SSH: entry(
    'reach',
    'something answers that is not an SSH server',
    'What answers on {host} port {port} is not an SSH server.',
    'Check ssh.port; the answer began with what the detail shows.',
  ),
  SERVER_BUSY: entry(
    'reach',
    'sshd turned the connection away',
    'The SSH server on {host} turned the connection away before the handshake.',
    'Its MaxStartups or PerSourcePenalties are reached: lower --handshakes, wait, run again with --resume.',
    true,
  ),
  JUMP_FAILED: entry(
    'reach',
    'the jump host failed',
    'The jump host {jump} failed.',
    ({ jump, hint }) => `${hint ?? `Try: ssh ${jump}`}`,
    true,
  ),
  HOST_KEY_UNKNOWN: entry(
    'trust',
    'known_hosts has no key for the host',
    '{host} presents a host key that known_hosts does not have ({fingerprint}).',
    (values) =>
      say('Verify the fingerprint, then add it: {scan} >> {knownHosts}; or set ssh.hostKeys: accept-new.')({
        scan: say('ssh-keyscan -p {port} {address}')(values),
        ...values,
      }),
  ),
  HOST_KEY_CHANGED: entry(
    'trust',
    'the host key differs from the known one',
    '{host} presents another host key ({fingerprint}) than {known} has. Somebody may be in the middle, or the agent was reinstalled.',
    'If you know why it changed: ssh-keygen -R {entry} and add the new key. Until then nothing is sent there.',
  ),
  HOST_KEY_REVOKED: entry(
    'trust',
    'the host key is marked @revoked',
    '{host} presents a host key that {known} marks as revoked ({fingerprint}).',
    'Replace the host key on the agent. Nothing is sent to a host with a revoked key.',
  ),
  AUTH_REJECTED: entry(
    'trust',
    'the SSH login was refused',
    'The SSH server on {host} refused the login of {user} ({tried}).',
    'Try: ssh -p {port} {user}@{address}. Check ssh.user, ssh.identityFiles and the keys in the ssh-agent.',
  ),
  KEY_UNREADABLE: entry(
    'trust',
    'no usable SSH key on this machine',
    'No usable SSH key: {reason}.',
    'Name a readable private key in ssh.identityFiles, or add it to the ssh-agent: ssh-add',
  ),
  SHELL_UNUSABLE: entry(
    'shell',
    'no working /bin/sh session (nologin, ForceCommand, a missing tool)',
    'The login on {host} works, but gives no usable shell: {reason}.',
    ({ cause, user }) =>
      cause === 'no-session'
        ? 'sshd opens no session there: look at MaxSessions, PermitOpen and ForceCommand in its sshd_config, and at its log.'
        : `Give ${user ?? 'the user'} a login shell without ForceCommand, and the POSIX tools that the README lists.`,
  ),
  BECOME_PASSWORD_NEEDED: entry(
    'shell',
    'sudo or doas wants a password that it was not given',
    '{method} on {host} wants a password for {user}.',
    (values) => say(passwordHint(values))(values),
  ),
  BECOME_REFUSED: entry(
    'shell',
    'sudo or doas is not there, does not allow it, or refused the password',
    (values) => say(`Becoming root on {host} was refused: ${becomeReason(values)}.`)(values),
    (values) => say(becomeHint(values))(values),
  ),
  AGENT_BUSY: entry(
    'shell',
    'another install is at work on the agent',
    'Another install is at work on {host}: {holder}, since {since}.',
    'Wait for it to end, then run again with --resume. A lock whose process is gone is taken over by itself.',
    true,
  ),
  DOCKER_MISSING: entry(
    'docker',
    'no Docker CLI (or podman under its name)',
    'There is no Docker CLI on {host}: {reason}.',
    ({ found }) =>
      found === 'podman'
        ? "Install Docker's own CLI there: podman keeps its logins elsewhere, and Mesos calls docker."
        : 'Install Docker on the agent, or put docker into one of the folders where it is looked for: those of PATH, and /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, /sbin, /bin, /opt/bin, /snap/bin.',
  ),
  DOCKER_DAEMON_DOWN: entry(
    'docker',
    'the Docker daemon does not answer',
    'The Docker daemon on {host} does not answer: {reason}.',
    'On the agent: systemctl status docker; journalctl -u docker (a rootless daemon serves only its own user: Mesos and node-prep ask the one at /var/run/docker.sock)',
    true,
  ),
  DOCKER_TIMED_OUT: entry(
    'docker',
    'the Docker CLI hung',
    'docker on {host} gave no answer within {limit} ({what}).',
    'On the agent, try: docker version. A hung daemon is cured by systemctl restart docker, which may stop containers.',
    true,
  ),
  REGISTRY_AUTH_REJECTED: entry(
    'registry',
    'the registry refused the credential',
    '{registry} refused the credential of {username}.',
    "Check the user name and the password's source. It was not tried again, so that the account is not locked.",
  ),
  REGISTRY_RATE_LIMITED: entry(
    'registry',
    'the registry asks to slow down',
    '{registry} answered that there are too many logins.',
    'Wait as long as the registry says, then run again with --resume; --logins lowers the pace.',
    true,
  ),
  REGISTRY_UNREACHABLE: entry(
    'registry',
    'the agent cannot reach the registry',
    '{host} could not reach {registry}.',
    'From the agent, try: curl -v https://{registry}/v2/. Check DNS, firewall and proxy there.',
    true,
  ),
  REGISTRY_TLS: entry(
    'registry',
    "the registry's certificate is not trusted on the agent",
    '{host} does not trust the TLS certificate of {registry}.',
    "Put its CA into /etc/docker/certs.d/{registry}/ca.crt on the agent, or check the certificate's name and dates.",
  ),
  CREDENTIAL_NOT_STORED: entry(
    'registry',
    'docker said yes but stored nothing usable',
    'docker login for {registry} succeeded, but stored no usable credential: {reason}.',
    'Log in by hand on the agent with an empty --config folder and look at its config.json; report what it holds.',
  ),
  CREDENTIAL_UNPROVEN: entry(
    'registry',
    'this agent cannot prove the credential without exposing it',
    'The credential for {registry} could not be proven on {host}: {reason}.',
    ({ kind }) => UNPROVEN[String(kind)] ?? UNPROVEN.login ?? '',
  ),
  NO_SPACE: entry(
    'archive',
    'no room for the archive',
    'There is no room for the archive on {host}: {reason}.',
    'Free some space on the file system of {path}, then run again with --resume.',
  ),
  READ_ONLY: entry(
    'archive',
    "the archive's file system is read-only",
    '{path} on {host} lies on a read-only file system.',
    'Set archive.path to a writable place (and the fetch URI of your apps with it), or remount it.',
  ),
  ARCHIVE_PATH_UNUSABLE: entry(
    'archive',
    'a link, a folder or the like is in the way',
    '{path} on {host} cannot be used: {reason}.',
    'Look at it: ls -ld {path}. Remove it or set another archive.path; it is never followed or replaced.',
  ),
  ARCHIVE_FOREIGN: entry(
    'archive',
    'the archive holds registries that the inventory lacks',
    'The archive on {host} holds credentials that the inventory lacks: {registries}.',
    'Add them to the inventory, or replace the archive all the same: node-prep run --drop-other-registries.',
  ),
  ARCHIVE_MISSING: entry(
    'archive',
    'there is no archive',
    'There is no archive at {path} on {host}.',
    'node-prep run puts it there.',
  ),
  ARCHIVE_INVALID: entry(
    'archive',
    'the archive is damaged or has the wrong layout',
    'The archive at {path} on {host} is not usable: {reason}.',
    'node-prep run replaces it, and keeps this one beside it.',
  ),
  ARCHIVE_MODE: entry(
    'archive',
    'owner or mode differ from the inventory',
    '{path} on {host} is {found}, the inventory says {wanted}.',
    'node-prep run sets owner and mode. If it cannot: does the agent know that user and group, and does the file system keep them?',
  ),
  ARCHIVE_STALE: entry(
    'archive',
    'a usable entry that is not this credential',
    'The archive on {host} holds another credential for {registry}.',
    'node-prep run or rotate replaces it.',
  ),
  ARCHIVE_UNREADABLE_BY_TASK: entry(
    'archive',
    "the task's user cannot read it",
    '{user}, who runs the task, cannot read {path} on {host}: {reason}.',
    ({ kind, user }) =>
      kind === 'no-such-user'
        ? `Create ${user} there, or name who runs the task: "user" of the app, or --task-user.`
        : `Set archive.group to a group of ${user} and archive.mode to "0640".`,
  ),
  NO_PREVIOUS: entry(
    'archive',
    'there is no previous archive',
    'There is no previous archive at {path} on {host}.',
    'Only an agent that was prepared twice has one.',
  ),
  CHECK_FAILED: entry(
    'verify',
    'a health-check command failed',
    'The check {id} failed on {host}: {reason}.',
    'Run it on the agent: {command}',
  ),
  CHECK_TIMED_OUT: entry(
    'verify',
    'a health-check command gave no answer',
    'The check {id} gave no answer on {host} within {limit}.',
    'Run it on the agent: {command}. Marathon would count this as a failed health check.',
    true,
  ),
  PULL_DENIED: entry(
    'verify',
    'the registry gives nothing for what the archive on the agent holds',
    pullMessage,
    pullHint,
  ),
  TIMED_OUT: entry(
    'run',
    'the agent used up --timeout',
    'The work on {host} took longer than {limit}; it was stopped {where}.',
    'Run again with --resume, or allow more time with --timeout.',
    true,
  ),
  REMOTE_PROTOCOL: entry(
    'run',
    "the agent's answers make no sense",
    'The answers from {host} make no sense: {reason}.',
    'Something on the agent interferes with the session (a shell profile, a wrapper); the detail shows what it said.',
    true,
  ),
  STOPPED: entry(
    'run',
    'not attempted, because the run was stopped',
    'Not attempted: {reason}.',
    'Mend the cause, then run again with --resume.',
  ),
  INTERRUPTED: entry(
    'run',
    'not finished, because the operator interrupted',
    'Interrupted by the operator.',
    'Run again with --resume to do the rest.',
  ),
  INTERNAL: entry(
    'run',
    'a bug in node-prep',
    'node-prep failed in an unexpected way: {reason}.',
    'Please report this with the detail and the version (node-prep --version).',
  ),
} as const satisfies Readonly<Record<string, Entry>>;

/** A permanent name of one way to fail. */
export type FailureCode = keyof typeof CATALOGUE;

/** The phase of a code, by which failures are ordered and `unreachable` is told from `failed`. */
export function phaseOf(code: FailureCode): Phase {
  return CATALOGUE[code].phase;
}
