import { referenceKey, type Secret } from '../domain/secret.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { ConnectFailure, Session } from '../transports/transport.ts';
import type { Turn } from './proofs.ts';
import type { Visit } from './visit.ts';

/**
 * Reach, trust and authenticate. At most so many handshakes are in flight in the fleet. A password is asked for
 * only when the server wants one, and is proven on one agent before any other gets to see it.
 */
export async function connect(visit: Visit): Promise<Result<Session, Failure>> {
  const { fleet, target, log } = visit;
  log.start('connect');
  const reference = target.ssh.password;
  const key = reference === null ? null : referenceKey(reference);
  let turn: Turn | null = null;

  async function password(): Promise<Secret | null> {
    if (key === null) return null;
    turn = await visit.waitFor('ssh-password-proof', fleet.sshProofs.turn(key, target.name));
    if (turn === 'stopped') return null;
    return fleet.sshPasswords.get(key) ?? null;
  }
  const gone = () =>
    err<ConnectFailure>({ failure: failure('INTERRUPTED', 'connect'), passwordRefused: false });
  const { promise: turnToConnect, resolve: granted } = Promise.withResolvers<void>();
  const connecting = fleet.handshakes(() => {
    granted();
    if (visit.signal.aborted) return Promise.resolve(gone());
    const attempt = fleet.transport.connect(target, {
      password: key === null ? null : password,
      ahead: null,
      signal: visit.signal,
    });
    return visit.bounded(attempt, () => {
      // Should it connect after all, nobody is there to use it.
      attempt.then((late) => (late.ok ? late.value.close() : undefined)).catch(() => {});
      return gone();
    });
  });
  // The agent's time begins with its connect, not with the queue for it.
  await visit.deadline.paused(turnToConnect);
  const connected = await connecting;
  if (turn === 'prove' && key !== null) {
    const verdict = connected.ok ? 'proven' : connected.error.passwordRefused ? 'refused' : 'passed';
    fleet.sshProofs.settle(key, verdict);
  }
  if (!connected.ok) {
    if (turn !== 'stopped') return err(masked(visit, connected.error.failure));
    const words = 'the SSH password was refused on another agent, and is tried nowhere else';
    return err(failure('STOPPED', 'connect', { reason: fleet.stop.reason?.words ?? words }));
  }
  log.end('connect', 'ok');
  return ok(connected.value);
}

/** What a server said may hold what it was told. */
export function masked({ fleet }: Visit, shown: Failure): Failure {
  return shown.detail === undefined ? shown : { ...shown, detail: fleet.say(Buffer.from(shown.detail)) };
}
