import type { AgentOutcome } from '../domain/outcome.ts';
import type { Target } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import type { Fleet } from './fleet.ts';
import { createLimit } from './limits.ts';
import { notAttempted, runAgent } from './run-agent.ts';

export interface FleetLimits {
  /** Agents at work at once. */
  readonly concurrency: number;
  /** No more agents are started once this many are not ok; null for never. */
  readonly maxFailures: number | null;
}

/**
 * Runs every target, so many at once, and gives exactly one outcome for each, in the order of the targets.
 * Never rejects. `fleet` is everything but the lending of places, which only this function can do.
 */
export async function runFleet(
  targets: readonly Target[],
  shared: Omit<Fleet, 'lend'>,
  limits: FleetLimits,
  onOutcome: (outcome: AgentOutcome) => void,
): Promise<readonly AgentOutcome[]> {
  const limit = createLimit(limits.concurrency);
  const pending = [...targets];
  const started = new Set<string>();
  const outcomes = new Map<string, AgentOutcome>();
  let lent = 0;
  let bad = 0;

  /**
   * An agent that waits for a proof keeps its place among those at work. Where nobody at work could give that
   * proof, its place goes to one who can, or the fleet would wait for ever.
   */
  async function lend<T>(wait: Promise<T>): Promise<T> {
    const spare = shared.proofs.starved(started).length > lent;
    if (!spare) return wait;
    lent += 1;
    limit.widen(1);
    try {
      return await wait;
    } finally {
      lent -= 1;
      limit.widen(-1);
    }
  }
  const fleet: Fleet = { ...shared, lend };

  /** The next one to start: first whoever can prove a credential that nobody at work can. */
  function next(): Target {
    const starved = shared.proofs.starved(started);
    const index = pending.findIndex(({ registries }) => registries.some((name) => starved.includes(name)));
    const [target] = pending.splice(Math.max(0, index), 1);
    if (target === undefined) throw new Error('more turns than targets');
    started.add(target.name);
    return target;
  }
  async function turn() {
    const target = next();
    const outcome = fleet.stop.reason === null ? await start(target) : skip(target, fleet);
    outcomes.set(target.name, outcome);
    if (outcome.status !== 'ok') bad += 1;
    if (limits.maxFailures !== null && bad >= limits.maxFailures) {
      const words = `${bad} ${bad === 1 ? 'agent is' : 'agents are'} not ok, and --max-failures allows no more`;
      fleet.stop.pull({ kind: 'max-failures', words });
    }
    onOutcome(outcome);
  }
  function start(target: Target): Promise<AgentOutcome> {
    fleet.emit({ type: 'agent-started', agent: target.name });
    return runAgent(target, fleet);
  }

  await Promise.all(targets.map(() => limit(turn)));
  return targets.map((target) => outcomes.get(target.name) ?? notAttempted(target, whyNot(fleet)));
}

function skip(target: Target, fleet: Fleet): AgentOutcome {
  fleet.proofs.ended(target.name);
  fleet.sshProofs.ended(target.name);
  return notAttempted(target, whyNot(fleet));
}

function whyNot({ stop }: Fleet): Failure {
  if (stop.reason?.kind === 'interrupted') return failure('INTERRUPTED', 'connect');
  return failure('STOPPED', 'connect', { reason: stop.reason?.words ?? 'the run ended early' });
}
