import { printable } from '../../lib/printable.ts';

/** What ssh(1)'s log of one connection has said so far. All texts are bounded and escaped. */
export interface SshFacts {
  /** A ProxyCommand or jump host is on the way. */
  readonly proxied: boolean;
  /** The host has an address, and is being connected to; never known where `proxied`. */
  readonly dialled: boolean;
  /** The socket is connected; never known where `proxied`. */
  readonly connected: boolean;
  /** What the server said before (or in place of) its version. */
  readonly banner: readonly string[];
  /** It has said that it is an SSH server. */
  readonly isSsh: boolean;
  /** `type SHA256:…` of the key that it presents. */
  readonly hostKey: string | null;
  /** The keys are exchanged: the host key is trusted. */
  readonly agreed: boolean;
  readonly authenticated: boolean;
  /** A new host key could not be written down. */
  readonly unrecorded: boolean;
  /** `file:line` of a known_hosts entry that differs. */
  readonly known: string | null;
  /** The file and name by which ssh-keygen removes that entry. */
  readonly entry: readonly [file: string, name: string] | null;
  /** Keys that were offered: `path TYPE SHA256:…`. */
  readonly offered: readonly string[];
  /** The last of them that the server would have taken, had it been signed with. */
  readonly accepted: string | null;
  /** `path: why` for keys that could not be used. */
  readonly unusable: readonly string[];
  /** The login methods that the server takes. */
  readonly methods: string | null;
  /** Why the command could not be run; null as long as it was not refused. */
  readonly refused: string | null;
  /** How the command ended, as the server has it. */
  readonly ended: 'exited' | 'signalled' | null;
  readonly exitCode: number | null;
  /** Its last words that are not for debugging. */
  readonly said: readonly string[];
}

/** Reads ssh(1)'s log as it comes. Total: any bytes in, bounded memory. */
export interface SshLog {
  push(bytes: Uint8Array): void;
  facts(): SshFacts;
}

type Draft = { -readonly [K in keyof SshFacts]: SshFacts[K] };
type Rule = (facts: Draft, found: readonly string[]) => void;

const LONGEST_LINE = 4_096;
const SHOWN = 300;
const KEPT = 12;
const shown = (text: string) => printable(text, SHOWN);
const added = (list: readonly string[], text: string) => (list.length < KEPT ? [...list, shown(text)] : list);

/** The words of OpenSSH 7.6 to 10, by their beginnings; log.c puts the level before those for debugging. */
const RULES: readonly (readonly [RegExp, Rule])[] = [
  [/^debug1: Executing proxy /, (it) => (it.proxied = true)],
  [/^debug1: Connecting to /, (it) => (it.dialled = true)],
  [/^debug1: Connection established/, (it) => (it.connected = true)],
  [
    /^debug1: (?:kex|ssh)_exchange_identification: (?:banner line \d+: )?(?!(?:write|read)\b)(.*)/,
    (it, [, line = '']) => (it.banner = added(it.banner, line)),
  ],
  [/^debug1: Remote protocol version/, (it) => (it.isSsh = true)],
  [
    /^debug1: Server host (?:key|certificate): (\S+ SHA256:[\w+/]+)/,
    (it, [, key = '']) => (it.hostKey = shown(key)),
  ],
  [/^debug1: SSH2_MSG_NEWKEYS received/, (it) => (it.agreed = true)],
  [/^Authenticated to /, (it) => (it.authenticated = true)],
  [/^(?:debug1: )?Failed to add the host to the list of known hosts/, (it) => (it.unrecorded = true)],
  [/^Offending .*key (?:for .* )?in (.+:\d+)$/, (it, [, place = '']) => (it.known = shown(place))],
  [
    /^ +ssh-keygen -f "(.*)" -R "(.*)"$/,
    (it, [, file = '', name = '']) => (it.entry = [shown(file), shown(name)]),
  ],
  [
    /^debug1: Offering (?:\S+ )?public key: (.*?)(?: (?:explicit|agent|token|authenticator))*$/,
    (it, [, key = '']) => (it.offered = added(it.offered, key)),
  ],
  [
    /^debug1: Server accepts key: (?!pkalg )(.*?)(?: (?:explicit|agent|token|authenticator))*$/,
    (it, [, key = '']) => (it.accepted = shown(key)),
  ],
  [/^Load key "(.*)": (.*)/, (it, [, path, why]) => (it.unusable = added(it.unusable, `${path}: ${why}`))],
  [/^no such identity: (.*)/, (it, [, words = '']) => (it.unusable = added(it.unusable, words))],
  [/^sign_and_send_pubkey: (.*)/, (it, [, words = '']) => (it.unusable = added(it.unusable, words))],
  [
    /^debug1: Authentications that can continue: (.*)/,
    (it, [, methods = '']) => (it.methods = shown(methods)),
  ],
  [
    /^(?:exec request failed on channel \d+|channel \d+: open failed: ).*/,
    (it, [line = '']) => (it.refused ??= shown(line)),
  ],
  [/^debug1: client_input_channel_req: channel \d+ rtype exit-status /, (it) => (it.ended = 'exited')],
  [/^debug1: client_input_channel_req: channel \d+ rtype exit-signal /, (it) => (it.ended = 'signalled')],
  [/^debug1: Exit status (\d{1,10})$/, (it, [, code]) => (it.exitCode = Number(code))],
];

/** Not worth showing: what is for debugging, warnings in frames of @, statistics. */
const CHATTER =
  /^debug\d: |^@|^Transferred: |^Bytes per second: |^Authenticated to |^Killed by signal |^\s*$/;

export function createSshLog(): SshLog {
  let rest = '';
  const facts: Draft = {
    ...{
      proxied: false,
      dialled: false,
      connected: false,
      banner: [],
      isSsh: false,
      hostKey: null,
      agreed: false,
    },
    ...{ authenticated: false, unrecorded: false, known: null, entry: null, offered: [], accepted: null },
    ...{ unusable: [], methods: null, refused: null, ended: null, exitCode: null, said: [] },
  };
  function read(line: string): void {
    for (const [words, note] of RULES) {
      const found = words.exec(line);
      if (found !== null) note(facts, found);
    }
    if (!CHATTER.test(line)) facts.said = [...facts.said, shown(line)].slice(-KEPT);
  }
  return {
    push(bytes) {
      const lines = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      for (const line of lines) read(line.slice(0, LONGEST_LINE).trimEnd());
    },
    facts: () => facts,
  };
}
