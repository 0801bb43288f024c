import { type Failure, failure } from '../../errors/failure.ts';
import { formatDuration } from '../../lib/duration.ts';
import { printable } from '../../lib/printable.ts';
import { timedOut } from '../given-up.ts';
import type { Attempted } from './attempted.ts';
import { explainJump } from './explain-jump.ts';
import { explainTrust } from './explain-trust.ts';
import { wholeLimitMs } from './settings.ts';

const BUSY = /^(?:Exceeded MaxStartups|Not allowed at this time)\b/;
const NO_SERVER =
  /banner line (?:contains invalid|too long)|could not read protocol version|No banner received/;
const UNREACHABLE =
  /(?:Connection|Operation) timed out|No route to host|Network is (?:unreachable|down)|Host is (?:unreachable|down)|Cannot assign requested address/;
const NOTHING_IN_COMMON = /Unable to negotiate|no matching .* found/;

/** What it means that ssh(1) did not log in, in the codes that all transports share. */
export function explainSsh(attempted: Attempted): Failure {
  const { facts, late } = attempted;
  const noServer = facts.isSsh
    ? null
    : (otherServer(attempted) ?? (facts.proxied ? explainJump(attempted) : noConnection(attempted)));
  return noServer ?? explainTrust(attempted) ?? (late ? explainLimit(attempted) : brokenOff(attempted));
}

/** What answers has said something that no SSH server says. */
function otherServer({ target, facts: { banner, said } }: Attempted): Failure | null {
  const { host, port } = target;
  const detail = banner.length > 0 ? banner.join('\\n') : said.join('; ');
  if (banner.some((line) => BUSY.test(line))) return failure('SERVER_BUSY', 'connect', { host }, detail);
  const isOther = banner.length > 0 || NO_SERVER.test(detail);
  return isOther ? failure('NOT_SSH', 'connect', { host, port }, detail) : null;
}

function noConnection({ target, facts, late }: Attempted): Failure | null {
  const { host, port } = target;
  const detail = facts.said.join('; ');
  if (/Could not resolve hostname/.test(detail))
    return failure('HOST_UNRESOLVED', 'connect', { host }, detail);
  if (late && !facts.dialled) {
    const limit = formatDuration(wholeLimitMs(target));
    return failure('HOST_UNRESOLVED', 'connect', { host }, `no answer within ${limit}`);
  }
  if (late || facts.connected) return null;
  if (/Connection refused/.test(detail)) {
    return failure('CONNECTION_REFUSED', 'connect', { host, port }, detail);
  }
  return UNREACHABLE.test(detail) ? timedOut(target, detail) : null;
}

function explainLimit({ target, facts }: Attempted): Failure {
  const limit = wholeLimitMs(target);
  if (facts.isSsh) {
    return timedOut(target, `in the midst of the ${facts.agreed ? 'login' : 'key exchange'}`, limit);
  }
  if (facts.proxied) return timedOut(target, 'nothing came through the jump host or ProxyCommand', limit);
  const how = facts.connected ? 'connected, but the server says nothing' : 'the connection was not accepted';
  return timedOut(target, how, limit);
}

function brokenOff({ target, facts, stderr }: Attempted): Failure {
  const { host } = target;
  const words = facts.said.join('; ') || printable(stderr.trim(), 500) || 'ssh said nothing';
  if (/timed out/.test(words)) return timedOut(target, words);
  const sshHasBegun = facts.isSsh ? 'during the key exchange' : 'before the server said anything';
  const when = facts.agreed ? 'during the login' : sshHasBegun;
  const lost = failure('CONNECTION_LOST', 'connect', { host }, `${when}: ${words}`);
  return NOTHING_IN_COMMON.test(words) ? { ...lost, retryable: false } : lost;
}
