import type { Hop } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { formatDuration } from '../lib/duration.ts';

/** The limit of connectTimeout ran out; `phase` says while what. */
export function timedOut(target: Hop, phase: string, limitMs = target.ssh.connectTimeoutMs): Failure {
  const { host, port } = target;
  const limit = formatDuration(limitMs);
  return failure('CONNECTION_TIMED_OUT', 'connect', { host, port, limit }, phase);
}

/** Somebody aborted the attempt; `reason` is the signal's. */
export function aborted({ host }: Hop, reason: unknown): Failure {
  if (reason === 'timeout')
    return failure('TIMED_OUT', 'connect', { host, where: 'while it was connected to' });
  if (reason === 'stopped') return failure('STOPPED', 'connect', { reason: 'the run was stopped' });
  return failure('INTERRUPTED', 'connect');
}
