import type { Setting } from './config.ts';
import { isJumpList } from './jump-spec.ts';
import { lowerCase } from './words.ts';

/** Timers of Node take no more than 24 days; a day is more than any connection needs. */
const LONGEST_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A port as `Port` takes it (misc.c: a2port), or null. Of service names only ssh itself is known. */
export function parsePort(text: string): number | null {
  if (text === 'ssh') return 22;
  if (!/^[ \t\r\n]*\+?\d{1,9}$/.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : null;
}

/** `90`, `1h30m`, `2d` in milliseconds, at most a day (misc.c: convtime); 0 for `none`; null for anything else. */
export function parseTime(text: string): number | null {
  if (text === 'none') return 0;
  if (!/^(?:\d{1,10}[smhdw])*(?:\d{1,10}[smhdw]?)$/i.test(text)) return null;
  const parts = Array.from(text.matchAll(/(\d+)([a-z]?)/gi));
  const seconds = parts.reduce(
    (sum, [, digits, unit = '']) => sum + Number(digits) * (UNITS[unit.toLowerCase()] ?? 1),
    0,
  );
  return seconds > 2_147_483_647 ? null : Math.min(seconds * 1_000, LONGEST_MS);
}

/** The words of a switch and what they stand for, in lower case. */
const YES_NO: ReadonlyMap<string, string> = new Map([
  ['yes', 'yes'],
  ['true', 'yes'],
  ['no', 'no'],
  ['false', 'no'],
]);
const STRICT = new Map([...YES_NO, ['ask', 'ask'], ['off', 'no'], ['accept-new', 'accept-new']]);
const CANONICALIZE = new Map([...YES_NO, ['always', 'always']]);

const SWITCHES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['stricthostkeychecking', STRICT],
  ['canonicalizehostname', CANONICALIZE],
  ...['identitiesonly', 'gssapiauthentication', 'hostbasedauthentication'].map(
    (keyword) => [keyword, YES_NO] as const,
  ),
]);

/** The value of a switch in its first spelling: `yes` for `True`; null where it is none of its words. */
export function switchValue({ keyword, args: [word = ''] }: Setting): string | null {
  return SWITCHES.get(keyword)?.get(lowerCase(word)) ?? null;
}

const ONE_WORD = [
  ...[
    'user',
    'hostname',
    'hostkeyalias',
    'identityfile',
    'certificatefile',
    'identityagent',
    'ignoreunknown',
  ],
  ...['bindaddress', 'bindinterface', 'pkcs11provider', 'securitykeyprovider', 'revokedhostkeys', 'tag'],
];

interface Takes {
  /** For a message: "must be …". */
  readonly what: string;
  readonly fits: (word: string) => boolean;
}

const ANYTHING: Takes = { what: 'followed by a value', fits: (word) => word !== '' };
const TIME: Takes = { what: 'a time: seconds, or 1m30s', fits: (word) => parseTime(word) !== null };
const PORT: Takes = { what: 'a number from 1 to 65535', fits: (word) => parsePort(word) !== null };

function oneOf(words: ReadonlyMap<string, string>): Takes {
  return {
    what: `one of ${Array.from(words.keys()).join(', ')}`,
    fits: (word) => words.has(lowerCase(word)),
  };
}

/** What the one argument of a keyword must be. */
const TAKES: ReadonlyMap<string, Takes> = new Map<string, Takes>([
  ...ONE_WORD.map((keyword) => [keyword, ANYTHING] as const),
  ['connecttimeout', TIME],
  ['serveraliveinterval', TIME],
  ['port', PORT],
  ...Array.from(SWITCHES, ([keyword, words]) => [keyword, oneOf(words)] as const),
]);

/**
 * What is wrong with a setting that ssh would refuse, or null: "must be …", "takes …". Only keywords that mean
 * something here are looked at.
 */
export function settingFault({ keyword, args, rest }: Setting): string | null {
  if (keyword === 'proxyjump')
    return isJumpList(rest) ? null : 'must be none or [user@]host[:port], several with commas';
  if (keyword === 'userknownhostsfile' || keyword === 'globalknownhostsfile') return filesFault(args);
  const takes = TAKES.get(keyword);
  if (takes === undefined) return null;
  if (!takes.fits(args[0] ?? '')) return `must be ${takes.what}`;
  return args.length > 1 ? 'takes one argument; a name with blanks needs quotes' : null;
}

function filesFault(args: readonly string[]): string | null {
  if (args.includes('')) return 'has an empty argument';
  const none = args.some((word) => lowerCase(word) === 'none');
  return none && args.length > 1 ? 'must have none alone' : null;
}
