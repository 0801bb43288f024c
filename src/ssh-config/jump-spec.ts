import { lowerCase } from './words.ts';

/** A jump host as it is named: `user@host:port`. */
export interface JumpSpec {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
}

/** More machines on one way than any network has. */
export const MOST_JUMPS = 16;

/**
 * A ProxyJump list, the machine nearest to this one first: `[user@]host[:port]` or `ssh://…`, IPv6 addresses in
 * brackets, several with commas (readconf.c: parse_jump). Empty for `none`; null where it is nothing of that.
 */
export function parseJumps(text: string): readonly JumpSpec[] | null {
  const bare = text.replace(/#.*$/s, '').trim();
  if (lowerCase(bare) === 'none') return [];
  // One more than anybody has is not looked at further.
  const specs = bare
    .split(',', MOST_JUMPS + 1)
    .map((part) => part.trim())
    .map((part) => (part.startsWith('ssh://') ? parseUri(part) : parseSpec(part)));
  return specs.length <= MOST_JUMPS && specs.every((spec) => spec !== null) ? specs : null;
}

/** Is it a list of jump hosts, or `none`? */
export function isJumpList(text: string): boolean {
  return parseJumps(text) !== null;
}

/** One jump host as messages name it. */
export function jumpName({ user, host, port }: JumpSpec): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${user === null ? '' : `${user}@`}${name}${port === null ? '' : `:${port}`}`;
}

/** The last `@` ends the user's name, which may hold one itself (misc.c: parse_user_host_port). */
function parseSpec(text: string): JumpSpec | null {
  const end = text.lastIndexOf('@');
  const user = end === -1 ? null : text.slice(0, end);
  if (user === '') return null;
  const match = /^(?:\[([^\]]+)\]|([^:/[\]]+))(?::([^/]*))?$/.exec(text.slice(end + 1));
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || /\s/.test(text)) return null;
  const digits = match?.[3] ?? '';
  if (digits === '') return { user, host, port: null };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? { user, host, port } : null;
}

/** `ssh://[user[;parameters]@]host[:port][/]` (draft-ietf-secsh-scp-sftp-ssh-uri-04); the user may be encoded. */
function parseUri(text: string): JumpSpec | null {
  const spec = parseSpec(text.slice('ssh://'.length).replace(/\/$/, ''));
  if (spec === null || spec.user === null) return spec;
  const [name = ''] = spec.user.split(';', 1);
  try {
    const user = decodeURIComponent(name.replaceAll('+', ' '));
    return user === '' ? null : { ...spec, user };
  } catch {
    return null;
  }
}
