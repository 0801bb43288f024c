import { setTimeout as sleep } from 'node:timers/promises';
import { referenceKey, type Secret } from '../domain/secret.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, type Result } from '../lib/result.ts';
import type { ConnectFailure, Session } from '../transports/transport.ts';
import { backoff } from './backoff.ts';
import type { Turn } from './proofs.ts';
import type { Visit } from './visit.ts';

/**
 * Reach, trust and authenticate; again after a moment, where a moment may help. Never again after a refused key or
 * password. `ahead` is the command line that will be run first.
 */
export async function connect(visit: Visit, ahead: string): Promise<Result<Session, Failure>> {
  visit.log.start('connect');
  for (let tries = 1; ; tries += 1) {
    const session = await attempt(visit, ahead);
    if (session.ok) {
      visit.log.end('connect', 'ok');
      return session;
    }
    const { passwordRefused, failure: why } = session.error;
    const wait = passwordRefused ? null : backoff(why, tries, visit.fleet.chance());
    if (wait === null || !(await pause(visit, wait))) return err(masked(visit, why));
  }
}

/** Waits before another try; false: there is no time for one, or no sense in it any more. */
async function pause({ fleet, target, deadline, signal }: Visit, ms: number): Promise<boolean> {
  if (ms >= deadline.remaining() || fleet.stop.reason !== null) return false;
  fleet.emit({ type: 'agent-waiting', agent: target.name, for: 'retry' });
  await sleep(ms, undefined, { signal }).catch(() => {});
  if (signal.aborted) return false;
  fleet.emit({ type: 'step-started', agent: target.name, step: 'connect' });
  return true;
}

/**
 * One try. At most so many handshakes are in flight in the fleet. A password is asked for only when the server wants
 * one, and is proven on one agent before any other gets to see it.
 */
async function attempt(visit: Visit, ahead: string): Promise<Result<Session, ConnectFailure>> {
  const { fleet, target } = visit;
  const reference = target.ssh.password;
  const key = reference === null ? null : referenceKey(reference);
  let turn: Turn | 'gone' | null = null;
  let asked: Promise<Turn | 'gone'> | null = null;
  const { promise: ended, resolve: end } = Promise.withResolvers<'gone'>();

  async function password(): Promise<Secret | null> {
    if (key === null) return null;
    asked = visit.waitFor(
      'ssh-password-proof',
      Promise.race([ended, fleet.sshProofs.turn(key, target.name)]),
    );
    turn = await asked;
    if (turn === 'stopped' || turn === 'gone') return null;
    return fleet.sshPasswords.get(key) ?? null;
  }
  const gone = () => err(because(failure('INTERRUPTED', 'connect')));
  const { promise: turnToConnect, resolve: granted } = Promise.withResolvers<void>();
  const connecting = fleet.handshakes(() => {
    granted();
    if (visit.signal.aborted) return Promise.resolve(gone());
    const attempted = fleet.transport.connect(target, {
      password: key === null ? null : password,
      ahead,
      signal: visit.signal,
    });
    return visit.bounded(attempted, () => {
      // Should it connect after all, nobody is there to use it.
      attempted.then((late) => (late.ok ? late.value.close() : undefined)).catch(() => {});
      return gone();
    });
  });
  // The agent's time begins with its connect, not with the queue for it.
  await visit.deadline.paused(turnToConnect);
  const connected = await connecting;
  if (asked !== null && turn === null) {
    // The server hung up on who waited: the turn is another's, or that of the next try, which queues anew.
    fleet.sshProofs.ended(target.name);
    end('gone');
    await asked;
    return connected;
  }
  if (turn === 'prove' && key !== null) {
    const verdict = connected.ok ? 'proven' : connected.error.passwordRefused ? 'refused' : 'passed';
    fleet.sshProofs.settle(key, verdict);
  }
  // Proven on another agent, and refused here in so many words: it is tried nowhere else. Silence is this agent's own.
  const refusedHere = !connected.ok && connected.error.failure.code === 'AUTH_REJECTED';
  if (turn === 'proven' && key !== null && refusedHere && connected.error.passwordRefused) {
    fleet.sshProofs.refused(key);
  }
  if (connected.ok || turn !== 'stopped') return connected;
  const words = 'the SSH password was refused on another agent, and is tried nowhere else';
  return err(because(failure('STOPPED', 'connect', { reason: fleet.stop.reason?.words ?? words })));
}

const because = (why: Failure): ConnectFailure => ({ failure: why, passwordRefused: false });

/** What a server said may hold what it was told. */
export function masked({ fleet }: Visit, shown: Failure): Failure {
  return shown.detail === undefined ? shown : { ...shown, detail: fleet.say(Buffer.from(shown.detail)) };
}
