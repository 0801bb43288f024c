import type { Hop, SshSpec } from '../domain/target.ts';
import type { Complaint } from './complaints.ts';
import type { Setting, SshConfig, Where } from './config.ts';
import { connectionTokens, expandPath, type Tokens } from './expand.ts';
import { canonicalName } from './host-name.ts';
import { spelled } from './keywords.ts';
import { type Answer, lookUp, timeOf } from './look-up.ts';
import { notHonoured, WAY_OUT } from './not-honoured.ts';
import { parsePort, switchValue } from './values.ts';
import { lowerCase } from './words.ts';

/** A machine with all that is known of it but the way there. */
export interface Settled {
  readonly hop: Hop;
  /** ProxyJump or ProxyCommand of ssh_config, where the inventory says nothing of the way. */
  readonly proxy: Setting | null;
  readonly complaints: readonly Complaint[];
}

/**
 * Lays ssh_config under what the inventory itself says of a machine (`written`), over the defaults that `hop` has.
 * `wayGiven`: how it is reached is known already, as behind `ssh -J`.
 */
export function settle(hop: Hop, config: SshConfig | null, where: Where, wayGiven: boolean): Settled {
  if (config === null) {
    const ssh = { ...hop.ssh, address: canonicalName(hop.host) };
    return { hop: { ...hop, ssh }, proxy: null, complaints: [] };
  }
  const { written } = hop.ssh;
  const question = { host: hop.host, user: written.user ?? null, wayGiven };
  const answer = lookUp(config, question, where);
  const complaints = [...notHonoured(answer, where)];
  if (answer.fault !== null) complaints.push(unusable(answer.fault.setting, answer.fault.message));
  const word = (keyword: string) => answer.settings.get(keyword)?.args[0];
  const user = written.user ?? word('user') ?? hop.ssh.user;
  const port = written.port ?? parsePort(word('port') ?? '') ?? hop.port;
  const alias = word('hostkeyalias');
  const hostKeyAlias = alias === undefined ? null : lowerCase(alias);
  const tokens = connectionTokens(
    { asked: hop.host, name: answer.name, alias: hostKeyAlias, port, user },
    where,
  );
  const read = (settings: readonly Setting[]) => readPaths(settings, tokens, where, complaints);
  const ssh: SshSpec = {
    ...hop.ssh,
    user,
    address: answer.name,
    hostKeyAlias,
    identityFiles:
      written.identityFiles !== undefined || answer.identityFiles.length === 0
        ? hop.ssh.identityFiles
        : read(answer.identityFiles),
    identitiesOnly: isOn(answer, 'identitiesonly') || hop.ssh.identitiesOnly,
    certificateFiles: read(answer.certificateFiles),
    hostKeys: hostKeys(hop.ssh.hostKeys, answer, complaints),
    ...knownHosts(hop.ssh, answer, read),
    connectTimeoutMs:
      written.connectTimeoutMs ?? timeOf(answer, 'connecttimeout') ?? hop.ssh.connectTimeoutMs,
    keepAliveMs: timeOf(answer, 'serveraliveinterval') ?? hop.ssh.keepAliveMs,
  };
  return { hop: { ...hop, port, ssh }, proxy: answer.proxy, complaints };
}

function isOn({ settings }: Answer, keyword: string): boolean {
  const setting = settings.get(keyword);
  return setting !== undefined && switchValue(setting) === 'yes';
}

/** The paths of settings, `none` left out; what cannot be expanded is complained of. */
function readPaths(
  settings: readonly Setting[],
  tokens: Tokens,
  where: Where,
  complaints: Complaint[],
): readonly string[] {
  const paths: string[] = [];
  for (const setting of settings) {
    for (const written of setting.args.filter((word) => lowerCase(word) !== 'none')) {
      const path = expandPath(written, tokens, where);
      if (path.ok) paths.push(path.value);
      else complaints.push(unusable(setting, path.error));
    }
  }
  return paths;
}

function knownHosts(
  ssh: SshSpec,
  { settings }: Answer,
  read: (settings: readonly Setting[]) => readonly string[],
): Pick<SshSpec, 'knownHosts' | 'globalKnownHosts'> {
  const { knownHosts: own, globalKnownHosts: global, written } = ssh;
  if (written.knownHosts !== undefined) return { knownHosts: own, globalKnownHosts: global };
  const ofUser = settings.get('userknownhostsfile');
  const ofSystem = settings.get('globalknownhostsfile');
  return {
    knownHosts: ofUser === undefined ? own : read([ofUser]),
    globalKnownHosts: ofSystem === undefined ? global : read([ofSystem]),
  };
}

/** Never weaker than the inventory: what it trusts at first sight must not be forbidden here, and all else is strict. */
function hostKeys(
  written: SshSpec['hostKeys'],
  { settings }: Answer,
  complaints: Complaint[],
): SshSpec['hostKeys'] {
  const setting = settings.get('stricthostkeychecking');
  const value = setting === undefined ? null : switchValue(setting);
  if (written === 'strict' || setting === undefined || (value !== 'yes' && value !== 'ask')) return written;
  complaints.push({
    grave: false,
    code: 'SSH_CONFIG_STRICTER',
    message: `StrictHostKeyChecking ${value} wins over hostKeys: accept-new of the inventory: no new key is accepted`,
    hint: 'Take one of the two away.',
    place: setting.place,
  });
  return 'strict';
}

/** ssh gives up where a setting cannot be expanded. */
function unusable({ keyword, place }: Setting, reason: string): Complaint {
  const message = `${spelled(keyword)} cannot be used: ${reason}`;
  return {
    grave: true,
    code: 'SSH_CONFIG_INVALID',
    message,
    hint: `ssh refuses it too. Put the line right, or set what it says in the inventory. ${WAY_OUT}.`,
    place,
  };
}
