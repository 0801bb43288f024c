import type { Complaint } from './complaints.ts';
import type { MatchLine, Setting, Where } from './config.ts';
import { expandPath, localTokens } from './expand.ts';
import { spelled } from './keywords.ts';
import type { Answer } from './look-up.ts';
import { switchValue } from './values.ts';
import { lowerCase } from './words.ts';

/** What to do about anything that only the ssh program can do. */
export const WAY_OUT = 'For these agents set ssh: { transport: openssh }, which runs the ssh program';

interface Rule {
  /** Does this value ask for something that is not done? */
  readonly asks: (setting: Setting, where: Where) => boolean;
  /** What is done in its place; goes on after the keyword. */
  readonly instead: string;
  readonly grave?: true;
}

const isOn = (setting: Setting) => switchValue(setting) === 'yes';
const isSet = ({ rest }: Setting) => lowerCase(rest) !== 'none';
/** Distributions set some for everybody, in /etc/ssh: of those the operator need not hear in every run. */
const byUser = (asks: (setting: Setting) => boolean) => (setting: Setting) =>
  setting.fromUser && asks(setting);
/** A list of algorithms that takes some away; `+` only adds. */
const restricts = byUser(({ args: [list = ''] }) => !list.startsWith('+'));
const OWN_ALGORITHMS: Rule = { asks: restricts, instead: 'is not honoured: this client has its own list' };

/** The agent that is asked anyway, in its spellings. */
const OUR_AGENT = /^(?:\$?SSH_AUTH_SOCK|\$\{SSH_AUTH_SOCK\})$/;

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'canonicalizehostname',
    {
      asks: (setting) => switchValue(setting) !== 'no',
      instead: 'is not honoured: names are taken as they are',
    },
  ],
  ['canonicalizepermittedcnames', { asks: isSet, instead: 'is not honoured: names are taken as they are' }],
  ['gssapiauthentication', { asks: byUser(isOn), instead: 'is not honoured: keys and passwords are' }],
  ['hostbasedauthentication', { asks: isOn, instead: 'is not honoured: keys and passwords are' }],
  [
    'identityagent',
    {
      asks: isOtherAgent,
      instead: 'is not honoured: the agent at SSH_AUTH_SOCK is asked',
    },
  ],
  ['pkcs11provider', { asks: isSet, instead: 'is not honoured: files and the ssh-agent give the keys' }],
  [
    'securitykeyprovider',
    {
      asks: byUser(({ args: [provider = ''] }) => provider !== 'internal'),
      instead: 'is not honoured: the ssh-agent has to hold such keys',
    },
  ],
  [
    'pubkeyauthentication',
    { asks: ({ args: [word = ''] }) => /^(?:no|false)$/i.test(word), instead: 'no is not honoured' },
  ],
  ['bindaddress', { asks: () => true, instead: 'is not honoured: the system chooses the address' }],
  ['bindinterface', { asks: () => true, instead: 'is not honoured: the system chooses the interface' }],
  ['knownhostscommand', { asks: isSet, instead: 'is not honoured: known_hosts files are' }],
  ...[
    'ciphers',
    'macs',
    'kexalgorithms',
    'hostkeyalgorithms',
    'pubkeyacceptedalgorithms',
    'casignaturealgorithms',
  ].map((keyword) => [keyword, OWN_ALGORITHMS] as const),
  [
    'revokedhostkeys',
    { asks: isSet, instead: 'cannot be honoured, and a revoked key must not be trusted', grave: true },
  ],
  ['refuseconnection', { asks: () => true, instead: 'forbids the connection', grave: true }],
]);

function isOtherAgent({ args: [agent = ''] }: Setting, where: Where): boolean {
  const socket = where.env('SSH_AUTH_SOCK');
  if (agent === 'none') return socket !== undefined;
  const path = expandPath(agent, localTokens(where), where);
  return !OUR_AGENT.test(agent) && !(path.ok && path.value === socket);
}

/** What ssh_config asks for a host and does not get. */
export function notHonoured(answer: Answer, where: Where): readonly Complaint[] {
  const found: Complaint[] = answer.unknowable.map(onlySshKnows);
  for (const [keyword, { asks, instead, grave = false }] of RULES) {
    const setting = answer.settings.get(keyword);
    if (setting === undefined || !asks(setting, where)) continue;
    const hint =
      keyword === 'revokedhostkeys'
        ? `Write such keys into known_hosts, as @revoked, and take the line out. ${WAY_OUT}.`
        : `${WAY_OUT}.`;
    found.push({
      grave,
      code: 'SSH_CONFIG_NOT_HONOURED',
      message: `${spelled(keyword)} ${instead}`,
      hint: keyword === 'refuseconnection' ? 'Leave these agents out, or take the line away.' : hint,
      place: setting.place,
    });
  }
  return found;
}

function onlySshKnows({ place }: MatchLine): Complaint {
  return {
    grave: false,
    code: 'SSH_CONFIG_NOT_HONOURED',
    message: 'A Match that only ssh can decide is taken for one that does not match',
    hint: `${WAY_OUT}.`,
    place,
  };
}
