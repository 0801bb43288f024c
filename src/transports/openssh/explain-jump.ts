import { jumpName } from '../../domain/jump-name.ts';
import type { Hop } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { printable } from '../../lib/printable.ts';
import { timedOut } from '../given-up.ts';
import { loginLine } from '../shell-lines.ts';
import type { Attempted } from './attempted.ts';

/** Where the last machine on the way could not reach the agent: sshd names the system's error, or getaddrinfo(3)'s. */
const OPEN_FAILED = /^channel \d+: open failed: connect failed: (.*)/m;

/** What went wrong on the way to the agent; null where it is not known that anything did. */
export function explainJump({ target, stderr, late }: Attempted): Failure | null {
  const { host, port, ssh } = target;
  const lines = stderr.trim().split(/\s*[\r\n]+/);
  const detail = printable(lines.join('; '), 500);
  const reason = OPEN_FAILED.exec(stderr)?.[1] ?? '';
  // With several jump hosts it may have been the first that could not reach the second.
  if (reason !== '' && ssh.jumps.length < 2) {
    if (/refused/.test(reason)) return failure('CONNECTION_REFUSED', 'connect', { host, port }, detail);
    if (/timed out|No route|unreachable|is down/.test(reason)) return timedOut(target, detail);
    if (/not known|resol|nodename|No address|name server/i.test(reason)) {
      return failure('HOST_UNRESOLVED', 'connect', { host }, detail);
    }
  }
  if (late && detail === '') return null;
  const hop = namedIn(stderr, ssh.jumps);
  if (hop !== undefined) {
    const values = { host, jump: jumpName(hop), hint: `Try: ${loginLine(hop)}` };
    return failure('JUMP_FAILED', 'connect', values, detail);
  }
  return failure('CONNECTION_LOST', 'connect', { host }, `the ProxyCommand: ${detail || 'it has ended'}`);
}

/** The jump host that the words name; the last one, where they name none. */
function namedIn(words: string, jumps: readonly Hop[]): Hop | undefined {
  const isNamed = ({ host, ssh }: Hop) => words.includes(host) || words.includes(ssh.address);
  return jumps.find(isNamed) ?? jumps.at(-1);
}
