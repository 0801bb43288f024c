import { jumpName } from '../../../domain/jump-name.ts';
import type { Hop } from '../../../domain/target.ts';
import { phaseOf } from '../../../errors/catalogue.ts';
import { type Failure, failure } from '../../../errors/failure.ts';
import { timedOut } from '../../given-up.ts';
import { loginLine } from '../../shell-lines.ts';
import type { Dug } from './tunnel.ts';

/** What a jump host's own failure means to an agent behind it. One that another jump host has caused stays its own. */
export function jumpFailed(hop: Hop, inner: Failure): Failure {
  if (inner.code === 'JUMP_FAILED') return inner;
  const { message, detail, retryable } = inner;
  const values = {
    jump: jumpName(hop),
    hint: phaseOf(inner.code) === 'trust' ? inner.hint : `Try: ${loginLine(hop)}`,
  };
  return {
    ...failure('JUMP_FAILED', 'connect', values, [message, detail ?? ''].join(' ').trim()),
    retryable,
  };
}

// RFC 4254, 5.1.
const CONNECT_FAILED = 2;
const RESOURCE_SHORTAGE = 4;

/** What it means that `jump` did not connect on to `target`: its own trouble, or the target's. */
export function tunnelRefused(target: Hop, jump: Hop, { reason, said }: Dug & { kind: 'refused' }): Failure {
  const { host, port } = target;
  const detail = `through the jump host ${jumpName(jump)}: ${said || 'it could not connect'}`;
  if (reason !== CONNECT_FAILED) {
    const inner = failure('CONNECTION_LOST', 'connect', { host: jump.host });
    const words = `It does not connect on to ${host} port ${port} (reason ${reason}): ${said}`;
    return { ...jumpFailed(jump, { ...inner, message: words }), retryable: reason === RESOURCE_SHORTAGE };
  }
  // The words of connect(2) and getaddrinfo(3), which OpenSSH passes on; others have none.
  if (/name or service|name resolution|no address|not known|nodename|unknown host/i.test(said)) {
    return failure('HOST_UNRESOLVED', 'connect', { host: target.ssh.address }, detail);
  }
  if (/timed out|no route|unreachable|host is down/i.test(said)) return timedOut(target, detail);
  return failure('CONNECTION_REFUSED', 'connect', { host, port }, detail);
}
