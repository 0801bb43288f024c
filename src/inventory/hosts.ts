import { err, ok, type Result } from '../lib/result.ts';
import { expandRange } from './ranges.ts';
import { shown, type Words } from './words.ts';

/** Words of a host that cannot be; `count`, of agents, where only that is the trouble. */
export interface HostFault extends Words {
  readonly count?: number;
}

type Refusal = readonly [looksLike: RegExp, message: string, hint: string];

// What people write instead of a host, with what to write: the first that fits is told. The brackets of ranges have
// been emptied by then; none of these takes more than linear time.
const REFUSALS: readonly Refusal[] = [
  [/^\s*$/, 'is empty', 'Write a host name, an IPv4 address or a range of them.'],
  [/[\u0000-\u001f\u007f-\u009f]/, 'holds a control character', 'Type it again by hand.'],
  [/\s/, 'holds a blank', 'One agent per line, each after a dash; a host has no blanks.'],
  [
    /^-/,
    'starts with a dash',
    'A host starts with a letter or a digit. A list needs a blank after each dash.',
  ],
  [/@/, 'names a user', 'The user has a key of its own: { host: 10.0.2.7, ssh: { user: core } }.'],
  [/:\/\//, 'is a URL', 'Write the host alone.'],
  [/^[\d.]+\/\d+$/, 'is a network', 'Write its addresses as a range: 10.0.1.[1-254].'],
  [/\//, 'holds a slash', 'A host is a name or an address, without a path.'],
  [/^[^:]*:[^:]*:/, 'is an IPv6 address', 'It goes into a mapping: { host: "2001:db8::7" }.'],
  [/:/, 'names a port', 'The port has a key of its own: { host: 10.0.2.7, ssh: { port: 2222 } }.'],
  [/,/, 'holds a comma', 'One agent per line, each after a dash.'],
  [
    /[*?]/,
    'is a pattern',
    'Patterns such as gpu-* belong to --limit; here a range names each agent: gpu-[1-8].',
  ],
  [
    /^\d+\.\d+\.\d+\.\d+-\d+$/,
    'is a span of addresses without brackets',
    'A range has brackets: 10.0.1.[1-40].',
  ],
];

const IPV6 = /^[0-9a-f:.]*:[0-9a-f:.]*(%[A-Za-z0-9_.-]{1,15})?$/i;
// RFC 1123, 2.1, with the underscores that real networks have; a final dot marks a full name.
const NAME =
  /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$/;
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

/** An IPv6 address, with or without a zone (RFC 4007). */
export function isIpv6(text: string): boolean {
  return text.length < 64 && IPV6.test(text) && URL.canParse(`http://[${text.replace(/%.*/, '')}]/`);
}

/** The form in which two ways to write one host are equal: for comparing, not for connecting. */
export function hostKey(host: string): string {
  if (!isIpv6(host)) return host.toLowerCase().replace(/\.$/, '');
  const [address = '', zone = ''] = host.split('%');
  return `${new URL(`http://[${address}]/`).hostname}%${zone}`;
}

/**
 * The hosts that a text of the inventory names: a host name, an IPv4 address, or a range of at most `cap` of them.
 * The words of a refusal never repeat a text with `@`, which may hold a password.
 */
export function readHosts(text: string, cap: number): Result<readonly string[], HostFault> {
  const bare = isIpv6(text.replace(/^\[(.*)\]$/, '$1')) ? '::' : text.replace(/\[[^[\]]*\]/g, '[]');
  const refusal = REFUSALS.find(([looksLike]) => looksLike.test(bare));
  if (refusal !== undefined) {
    const [, message, hint] = refusal;
    return err({
      message: text.includes('@') ? `The host ${message}` : `The host ${shown(text)} ${message}`,
      hint,
    });
  }
  const expanded = expandRange(text, cap);
  if (!expanded.ok) {
    const { message, hint, count } = expanded.error;
    const words = { message: `In ${shown(text)}: ${message}`, hint };
    return err(count === undefined ? words : { ...words, count });
  }
  for (const host of expanded.value) {
    const words = nameFault(host);
    if (words !== null) return err(words);
  }
  return expanded;
}

/** The same for the key `host` of a mapping, which may also be an IPv6 address. */
export function readMappedHosts(text: string, cap: number): Result<readonly string[], HostFault> {
  return isIpv6(text) ? ok([text]) : readHosts(text, cap);
}

function nameFault(host: string): Words | null {
  const last = host.replace(/\.$/, '').split('.').at(-1) ?? '';
  // A name cannot end in a number (WHATWG URL, "ends in a number"): resolvers read such a text as an address.
  if (/^\d+$/.test(last) && !IPV4.test(host)) {
    const hint = 'An IPv4 address has four numbers from 0 to 255, without leading zeros.';
    return { message: `The host ${shown(host)} is not an IPv4 address`, hint };
  }
  if (NAME.test(host)) return null;
  const hint =
    'Letters, digits, dots, - and _; every part starts and ends with a letter or digit and has at most 63.';
  return { message: `The host ${shown(host)} is not a host name`, hint };
}
