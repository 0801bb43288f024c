import { jumpName } from '../../../domain/jump-name.ts';
import type { Hop } from '../../../domain/target.ts';
import { failure } from '../../../errors/failure.ts';
import { timedOut } from '../../given-up.ts';
import type { Attempt } from '../connection/attempt.ts';
import type { Link } from '../connection/link.ts';
import { describeTrouble, type Trouble } from '../connection/trouble.ts';
import { jumpFailed, tunnelRefused } from './jump-failure.ts';
import type { Jumps } from './jumps.ts';
import { digTunnel } from './tunnel.ts';

/**
 * A link to the attempt's target through jump hosts. Its clock runs from the moment that the last of them is asked to
 * connect on; they have clocks of their own. Null: the attempt has failed.
 */
export async function passThrough(
  attempt: Attempt,
  before: readonly Hop[],
  jumps: Jumps,
): Promise<Link | null> {
  const { target } = attempt;
  const jump = before[before.length - 1];
  // Others may wait for the same jump host: this attempt's failure leaves it alone.
  const way = await Promise.race([jumps.through(before), attempt.failed.then(() => null)]);
  if (way === null || jump === undefined || attempt.over) return null;
  if (!way.ok) {
    attempt.fail(way.error);
    return null;
  }
  const bastion = way.value;
  function bastionTrouble(): Trouble {
    const detail = bastion.trouble === null ? '' : describeTrouble(bastion.trouble);
    const lost = failure('CONNECTION_LOST', 'connect', { host: jump?.host ?? '' }, detail);
    return { kind: 'jump', failure: jump === undefined ? lost : jumpFailed(jump, lost) };
  }
  const phase = `through the jump host ${jumpName(jump)}: the connection was not accepted`;
  attempt.restart(() => timedOut(target, phase));
  const { address: host } = target.ssh;
  const { link, dug } = digTunnel(bastion, { host, port: target.port }, bastionTrouble);
  attempt.onFailure(() => link.destroy());
  const came = await dug;
  if (attempt.over) return null;
  if (came.kind === 'open') return link;
  const trouble = bastionTrouble();
  if (came.kind === 'refused') attempt.fail(tunnelRefused(target, jump, came));
  else if (trouble.kind === 'jump') attempt.fail(trouble.failure);
  return null;
}
