import { becomePassword, becomeWay } from '../domain/become.ts';
import type { BecomeTrouble } from '../errors/become-words.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { promptOf, remoteCommand } from '../remote/become.ts';
import { type BecomeRefusal, becomeRefusal } from '../remote/become-refusal.ts';
import type { Completed } from '../transports/transport.ts';
import { masked } from './connect.ts';
import { type Ended, howItEnded } from './conversation.ts';
import type { Visit } from './visit.ts';

/**
 * The command line that starts the remote script on this agent, the same whenever it is asked for in one visit: it may
 * be sent along with the login. It does nothing without input.
 */
export function commandFor({ fleet, target, token }: Visit): string {
  const asks = becomePassword(target) !== null;
  return remoteCommand(becomeWay(target), Buffer.byteLength(fleet.script), asks ? token : null);
}

/** Why nothing was started, as far as it was said. */
export interface Refused {
  readonly refusal: BecomeRefusal | null;
  readonly failure: Failure;
}

/** Reads why the script did not start from all that came in place of its hello. */
export function readRefusal(visit: Visit, ended: Ended): Refused {
  const { target } = visit;
  const values = valuesOf(visit);
  if (ended.completed.kind === 'lost')
    return { refusal: null, failure: connectionLost(visit, ended.completed) };
  const said = withoutPrompts(visit, ended);
  const detail = detailOf(visit, ended);
  const refusal = becomeRefusal(becomeWay(target), said);
  if (refusal === 'password-needed')
    return { refusal, failure: failure('BECOME_PASSWORD_NEEDED', 'become', values, detail) };
  if (refusal !== null) return { refusal, failure: notRoot(visit, refusal, detail) };
  const reason = `it ended with ${howItEnded(ended.completed)} before it said anything`;
  return { refusal, failure: failure('SHELL_UNUSABLE', 'become', { ...values, reason }, detail) };
}

/** What it means that the connection broke, on its own or by a jump host's fault. */
export function connectionLost(visit: Visit, { why }: Completed & { readonly kind: 'lost' }): Failure {
  const { log, target } = visit;
  if (why !== undefined) return masked(visit, { ...why, step: log.current });
  return failure('CONNECTION_LOST', log.current, { host: target.host });
}

/** BECOME_REFUSED, in the words for this trouble. */
export function notRoot(visit: Visit, trouble: BecomeTrouble, detail = ''): Failure {
  return failure('BECOME_REFUSED', 'become', { ...valuesOf(visit), trouble }, detail);
}

/** What an agent said in place of starting anything, for a failure. */
export function detailOf(visit: Visit, heard: Omit<Ended, 'completed'>): string {
  return visit.fleet.say(Buffer.from(withoutPrompts(visit, heard), 'latin1'));
}

function withoutPrompts({ token }: Visit, { stderr, noise }: Omit<Ended, 'completed'>): string {
  const all = Buffer.concat([stderr, Buffer.from(`\n${noise}`)]);
  return all.toString('latin1').replaceAll(promptOf(token), '');
}

const valuesOf = ({ target }: Visit) => ({
  host: target.host,
  user: target.ssh.user,
  method: becomeWay(target),
});
