import type { SshSpec, Target } from '../../domain/target.ts';

/** The files that ssh(1) is to use, by path. */
export interface SshPaths {
  /** Where the text of `sshConfig` is. */
  readonly config: string;
  /** Where it writes its log to; null: to standard error, in fewer words. */
  readonly log: string | null;
}

const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1_000));

/**
 * What must hold for the agent and for every jump host on the way, as ssh_config(5): ssh(1) hands its -F on to the
 * ssh that it starts for a jump host, and none of its other flags. The first value of a keyword wins, so nothing in
 * the operator's own configuration can weaken it; all else in there is honoured, read by ssh(1) itself. No more of
 * the inventory than what it says itself is in it, so that the operator's configuration decides the rest.
 */
export function sshConfig({ hostKeys, connectTimeoutMs, keepAliveMs, written }: SshSpec): string {
  const { knownHosts = [], identityFiles = [], configFile } = written;
  const operators = configFile === undefined ? ['~/.ssh/config', '/etc/ssh/ssh_config'] : [configFile];
  return [
    'Host *',
    // There is nobody to be asked.
    'BatchMode yes',
    `StrictHostKeyChecking ${hostKeys === 'strict' ? 'yes' : 'accept-new'}`,
    // A connection that others could use as well would end with the agent that happened to open it.
    'ControlMaster no',
    'ClearAllForwardings yes',
    'Tunnel no',
    'ForwardAgent no',
    'ForwardX11 no',
    'EscapeChar none',
    // Keys are vouched for by known_hosts alone.
    'VerifyHostKeyDNS no',
    'NoHostAuthenticationForLocalhost no',
    // What it prints would be taken for the agent's words.
    'PermitLocalCommand no',
    'RemoteCommand none',
    // Costs a round trip for every agent, and would have all of them write known_hosts at once.
    'UpdateHostKeys no',
    // The words of a jump host's ssh are on standard error; below this level some are missing.
    'LogLevel INFO',
    `ConnectTimeout ${seconds(connectTimeoutMs)}`,
    `ServerAliveInterval ${keepAliveMs === 0 ? 0 : seconds(keepAliveMs)}`,
    'ServerAliveCountMax 3',
    ...(knownHosts.length === 0 ? [] : [`UserKnownHostsFile ${knownHosts.map(word).join(' ')}`]),
    ...identityFiles.map((path) => `IdentityFile ${word(path)}`),
    // Includes of files that are not there are passed over, and an unsafe mode is refused, as with ssh's own files.
    ...(configFile === 'none' ? [] : operators.map((path) => `Include "${path}"`)),
    '',
  ].join('\n');
}

/** The arguments of ssh(1), the program's name first; a null command only logs in (-N). */
export function sshArguments(target: Target, paths: SshPaths, command: string | null): readonly string[] {
  const { written } = target.ssh;
  const option = (text: string) => ['-o', text];
  return [
    ...['ssh', '-F', paths.config, '-T', '-a', '-x'],
    // Its log says how far it got and how the command ended, which its exit code alone cannot.
    ...(paths.log === null ? [] : ['-E', paths.log, ...option('LogLevel=DEBUG1')]),
    ...option('ControlPath=none'),
    ...option(`ConnectTimeout=${seconds(wholeLimitMs(target))}`),
    ...(written.user === undefined ? [] : ['-l', written.user]),
    ...(written.port === undefined ? [] : ['-p', String(written.port)]),
    ...(written.proxyJump === undefined ? [] : ['-J', written.proxyJump]),
    ...(command === null ? ['-N', '--', target.host] : ['--', target.host, command]),
  ];
}

/** How long it may take until the login is through: each machine on the way has as much as the last. In ms. */
export function wholeLimitMs({ ssh }: Target): number {
  return ssh.connectTimeoutMs * (1 + ssh.jumps.length);
}

/** Why a value of the inventory cannot be handed to ssh(1); null where all can. */
export function unusableValue({ host, ssh: { written } }: Target): string | null {
  const { knownHosts = [], identityFiles = [], configFile, user, proxyJump } = written;
  const paths = [...knownHosts, ...identityFiles, ...(configFile === undefined ? [] : [configFile])];
  // Quotes end a word, a line break ends a line, ${ begins a variable; an Include is a pattern of glob(7).
  const path =
    paths.find((it) => /["\\\p{Cc}]|\$\{/u.test(it)) ??
    (/[*?[]/.test(configFile ?? '') ? configFile : undefined);
  if (path !== undefined) return `the path ${path}`;
  // ssh(1) takes what is before an @ for the user, and ssh:// for a URI; a jump host is on a shell's command line.
  if (/[^\w.:%-]|^-/.test(host)) return `the host ${host}`;
  if (user !== undefined && /[\p{Cc}]|^-/u.test(user)) return `the user ${user}`;
  if (proxyJump !== undefined && /[^\w.:@,%[\]+-]|(^|[,@])-/.test(proxyJump))
    return `the jump host ${proxyJump}`;
  return null;
}

/** One word of ssh_config(5), in which % begins a token. */
const word = (path: string) => `"${path.replaceAll('%', '%%')}"`;
