import type { AgentOutcome } from '../domain/outcome.ts';
import type { Target } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import type { Fleet } from './fleet.ts';
import { notAttempted, runAgent } from './run-agent.ts';

export interface FleetLimits {
  /** Agents at work at once. */
  readonly concurrency: number;
  /** No more agents are started once this many are not ok; null for never. */
  readonly maxFailures: number | null;
}

/**
 * Runs every target, so many at once, and gives exactly one outcome for each, in the order of the targets.
 * Never rejects. `shared` is everything but the keeping of places, which only this function can do.
 */
export async function runFleet(
  targets: readonly Target[],
  shared: Omit<Fleet, 'waiting'>,
  limits: FleetLimits,
  onOutcome: (outcome: AgentOutcome) => void,
): Promise<readonly AgentOutcome[]> {
  const pending = [...targets];
  const started = new Set<string>();
  const outcomes = new Map<string, AgentOutcome>();
  const { promise: allDone, resolve: finish } = Promise.withResolvers<void>();
  let running = 0;
  let waits = 0;
  let bad = 0;

  const fleet: Fleet = {
    ...shared,
    async waiting(wait) {
      waits += 1;
      pump();
      try {
        return await wait;
      } finally {
        waits -= 1;
      }
    },
  };

  /**
   * Starts whoever may be started now. Agents that wait for a proof keep their places; but where nobody at work could
   * give that proof, the places of those who wait go to those who can, or the fleet would wait for ever.
   */
  function pump() {
    while (pending.length > 0) {
      const starved = fleet.proofs.starved(started);
      const saviour =
        starved.length === 0
          ? -1
          : pending.findIndex(({ registries }) => registries.some((name) => starved.includes(name)));
      const free = running < limits.concurrency;
      const spare = saviour !== -1 && running - waits < limits.concurrency;
      if (!free && !spare) return;
      const [target] = pending.splice(Math.max(0, saviour), 1);
      if (target !== undefined) void work(target);
    }
    if (running === 0) finish();
  }

  async function work(target: Target) {
    started.add(target.name);
    running += 1;
    const outcome = await (mayStart(target) ? start(target) : skip(target, fleet));
    running -= 1;
    outcomes.set(target.name, outcome);
    if (outcome.status !== 'ok') bad += 1;
    if (limits.maxFailures !== null && bad >= limits.maxFailures) {
      const words = `${bad} ${bad === 1 ? 'agent is' : 'agents are'} not ok, and --max-failures allows no more`;
      fleet.stop.pull({ kind: 'max-failures', words });
    }
    onOutcome(outcome);
    pump();
  }

  /** After refused logins those agents may still start that log in elsewhere only. */
  function mayStart({ registries }: Target): boolean {
    const { reason } = fleet.stop;
    if (reason?.kind !== 'logins-refused') return reason === null;
    return !registries.some((name) => fleet.refusals.stopped(name));
  }

  function start(target: Target): Promise<AgentOutcome> {
    fleet.emit({ type: 'agent-started', agent: target.name });
    return runAgent(target, fleet);
  }

  pump();
  await allDone;
  return targets.map((target) => outcomes.get(target.name) ?? notAttempted(target, whyNot(fleet)));
}

async function skip(target: Target, fleet: Fleet): Promise<AgentOutcome> {
  fleet.proofs.ended(target.name);
  fleet.sshProofs.ended(target.name);
  fleet.becomeProofs.ended(target.name);
  return notAttempted(target, whyNot(fleet));
}

function whyNot({ stop }: Fleet): Failure {
  if (stop.reason?.kind === 'interrupted') return failure('INTERRUPTED', 'connect');
  return failure('STOPPED', 'connect', { reason: stop.reason?.words ?? 'the run ended early' });
}
