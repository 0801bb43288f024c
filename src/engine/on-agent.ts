import { phaseOf } from '../errors/catalogue.ts';
import type { Failure } from '../errors/failure.ts';
import type { Verb } from '../remote/verb.ts';
import { commandFor } from './become.ts';
import { connect } from './connect.ts';
import { becomeRoot, type Talk } from './talk.ts';
import { createVerification } from './verify.ts';
import type { Visit } from './visit.ts';

/** What is done on an agent besides its health checks. */
export interface Work {
  /** Sent right behind the script, in one flight with it: nothing that changes an agent. */
  readonly first: readonly Verb[];
  /** Gives the failures; none means that all is done. */
  readonly begin: (talk: Talk) => Promise<Failure[]>;
  /** What belongs to the verification, before the health checks. */
  readonly prove?: (talk: Talk) => Promise<Failure[]>;
  /** Are the health checks worth running after these failures? */
  readonly mayVerify: (failures: readonly Failure[]) => boolean;
}

/**
 * One visit to an agent: connect, become root, the work, the health checks, and leave nothing behind. One connection
 * and one exec. Gives the agent's failures; empty means good.
 */
export async function onAgent(visit: Visit, work: Work): Promise<Failure[]> {
  const session = await connect(visit, commandFor(visit));
  if (!session.ok) return [visit.because(session.error)];
  const broken = () => void session.value.close();
  visit.signal.addEventListener('abort', broken, { once: true });
  if (visit.signal.aborted) broken();
  try {
    const verification = createVerification(visit);
    const talk = await becomeRoot(visit, session.value, work.first, verification.onCheck);
    if (!talk.ok) return [talk.error];
    const failures = await work.begin(talk.value);
    const wanted = work.prove !== undefined || visit.target.checks.length > 0;
    if (wanted && !visit.signal.aborted && work.mayVerify(failures)) {
      visit.log.start('verify');
      const found = (await work.prove?.(talk.value)) ?? [];
      if (!isOver(visit, found)) found.push(...(await verification.run(talk.value)));
      visit.log.end('verify', found.length === 0 ? 'ok' : 'failed');
      failures.push(...found);
    }
    if (visit.changed !== null || visit.signal.aborted) await talk.value.finish();
    return failures;
  } finally {
    visit.signal.removeEventListener('abort', broken);
    await session.value.close();
  }
}

/** Is the conversation at its end, so that asking on would only show the same again? */
export function isOver({ signal }: Visit, failures: readonly Failure[]): boolean {
  return signal.aborted || failures.some(({ code }) => ['reach', 'run'].includes(phaseOf(code)));
}
