import { inspect } from 'node:util';
import type { AgentOutcome, AgentStatus } from '../domain/outcome.ts';
import type { Target } from '../domain/target.ts';
import { PHASES, phaseOf } from '../errors/catalogue.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { checkAgent } from './check-agent.ts';
import type { Fleet } from './fleet.ts';
import { prepare, settleChange } from './prepare.ts';
import { notRun } from './verify.ts';
import { startVisit, type Visit } from './visit.ts';

/** Does the whole work on one agent. Never rejects: whatever happens, there is an outcome. */
export async function runAgent(target: Target, fleet: Fleet): Promise<AgentOutcome> {
  const since = performance.now();
  const visit = startVisit(target, fleet);
  let failures: Failure[];
  try {
    failures = fleet.check === null ? await prepare(visit) : await checkAgent(visit, fleet.check);
    await settleChange(visit);
  } catch (thrown) {
    // A bug, or a library's surprise: one agent's outcome, with its stack kept; the others go on.
    const detail = fleet.say(Buffer.from(inspect(thrown)));
    const reason = fleet.say(Buffer.from(thrown instanceof Error ? thrown.message : String(thrown)));
    failures = [failure('INTERNAL', visit.log.current, { reason }, detail)];
  }
  visit.end();
  fleet.proofs.ended(target.name);
  fleet.sshProofs.ended(target.name);
  fleet.becomeProofs.ended(target.name);
  return outcomeOf(visit, failures, Math.round(performance.now() - since));
}

/** The outcome of an agent that was never started. */
export function notAttempted(target: Target, why: Failure): AgentOutcome {
  return {
    ...describe(target),
    status: 'not-attempted',
    changed: false,
    ms: 0,
    steps: [],
    checks: target.checks.map(notRun),
    failure: why,
    failures: [why],
  };
}

function describe({ name, host, port, group }: Target) {
  return { name, host, port, group };
}

function outcomeOf(visit: Visit, unordered: readonly Failure[], ms: number): AgentOutcome {
  const { target, changed, log } = visit;
  const failures = [...unordered]
    .sort((a, b) => PHASES.indexOf(phaseOf(a.code)) - PHASES.indexOf(phaseOf(b.code)))
    .map((found) => withState(found, visit));
  const [first] = failures;
  return {
    ...describe(target),
    status: statusOf(first, visit.fleet.dryRun ? false : changed),
    changed,
    ms,
    steps: log.results(),
    checks: visit.checks.length > 0 ? visit.checks : target.checks.map(notRun),
    ...(visit.archive === null ? {} : { archive: visit.archive }),
    ...(first === undefined ? {} : { failure: first }),
    failures,
  };
}

function statusOf(first: Failure | undefined, changed: boolean | null): AgentStatus {
  if (first === undefined) return 'ok';
  if (first.code === 'STOPPED' || first.code === 'INTERRUPTED') return 'not-attempted';
  return phaseOf(first.code) === 'reach' && changed === false ? 'unreachable' : 'failed';
}

/** Appends what state the agent is in now: only the engine knows that. */
function withState(found: Failure, visit: Visit): Failure {
  // Not attempted says it: the same words as for the agents that were never started.
  if ((found.code === 'STOPPED' || found.code === 'INTERRUPTED') && visit.changed === false) return found;
  return { ...found, message: `${found.message} ${stateOf(visit)}` };
}

function stateOf({ changed, sent, fleet, log }: Visit): string {
  if (fleet.dryRun) return 'A dry run changes nothing.';
  if (fleet.check?.pull) return 'Nothing was changed there, but for an image where --pull brought one.';
  if (changed === null)
    return 'It is not known whether the new archive is in place; it is whole in any case.';
  if (changed) return 'The new archive is in place.';
  if (sent !== null && log.results().some(({ id, status }) => id === 'install' && status === 'unchanged')) {
    return 'The archive there was already this one.';
  }
  return 'Nothing was changed there.';
}
