import { setTimeout as sleep } from 'node:timers/promises';
import type { WaitReason } from '../domain/event.ts';
import type { CheckResult, FoundArchive } from '../domain/outcome.ts';
import type { Target } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Look } from '../steps/archive.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { Fleet } from './fleet.ts';
import { createStepLog, type StepLog } from './step-log.ts';

/** Why the engine gave an agent up in the middle. */
type GivenUp = 'timeout' | 'interrupt' | 'stopped';

/** How long a given-up connection may take to end, in milliseconds. */
const LATE_MS = 500;

/** How long an agent that is being changed may go on after the operator's first Ctrl-C. */
const INTERRUPT_GRACE_MS = 10_000;

/** The work on one agent, while it lasts: its clock, its log, and the way to give it up. */
export interface Visit {
  readonly target: Target;
  readonly fleet: Fleet;
  readonly log: StepLog;
  readonly deadline: Deadline;
  /** Letters and digits, new for each visit: its agent's answers begin with it. */
  readonly token: string;
  /** Aborted when the agent is given up. */
  readonly signal: AbortSignal;
  /** Settles when the agent is given up. */
  readonly givenUp: Promise<void>;
  /** Waits for `wait`, but for half a second at most once the agent is given up: then `otherwise`. */
  bounded<T>(wait: Promise<T>, otherwise: () => T): Promise<T>;
  /** True, false, or null for unknown; in a dry run: would change. */
  changed: boolean | null;
  /** What lay at the archive's path before, once it is known. */
  before: Look | null;
  /** The archive that was sent to be installed: from then on the agent is not given up for less than its deadline. */
  sent: Uint8Array | null;
  /** Why the engine gave the agent up; null while it has not. */
  readonly why: GivenUp | null;
  readonly checks: CheckResult[];
  /** What a check found at the archive's path. */
  archive: FoundArchive | null;
  /** In place of the failure that a connection shows when the engine itself broke it off. */
  because(shown: Failure): Failure;
  /** Waits for others: says so, with the agent's clock standing still. */
  waitFor<T>(reason: WaitReason, wait: Promise<T>): Promise<T>;
  end(): void;
}

export function startVisit(target: Target, fleet: Fleet): Visit {
  const abort = new AbortController();
  let why: GivenUp | null = null;
  let grace: NodeJS.Timeout | undefined;
  let over = false;
  function giveUp(reason: GivenUp) {
    if (over || why !== null) return;
    why = reason;
    abort.abort(reason);
  }
  const deadline = startDeadline(fleet.timeoutMs, () => giveUp('timeout'));
  const log = createStepLog(target.name, fleet.emit);

  const givenUp = new Promise<void>((wake) =>
    abort.signal.addEventListener('abort', () => wake(), { once: true }),
  );
  // What was given up ends by itself (the connection is destroyed); should it not, nobody waits for it.
  const late = givenUp.then(() => sleep(LATE_MS, undefined, { ref: false }));

  const visit: Visit = {
    target,
    fleet,
    log,
    deadline,
    token: fleet.random(20),
    signal: abort.signal,
    givenUp,
    bounded: (wait, otherwise) => Promise.race([wait, late.then(otherwise)]),
    changed: false,
    before: null,
    sent: null,
    get why() {
      return why;
    },
    checks: [],
    archive: null,
    because(shown) {
      if (why === null) return shown;
      // A registry that asked to slow down until the time ran out: that tells more.
      if (why === 'timeout' && shown.code === 'REGISTRY_RATE_LIMITED') return shown;
      const { reason } = fleet.stop;
      if (why === 'interrupt') return failure('INTERRUPTED', log.current);
      if (why === 'stopped')
        return failure('STOPPED', log.current, { reason: reason?.words ?? 'the run was stopped' });
      const values = {
        host: target.host,
        limit: formatDuration(fleet.timeoutMs),
        where: `during ${log.current}`,
      };
      return failure('TIMED_OUT', log.current, values);
    },
    async waitFor<T>(reason: WaitReason, wait: Promise<T>) {
      // What is settled already is no wait: two turns of the microtask queue show it.
      const settled: T[] = [];
      void wait.then((value) => settled.push(value));
      await null;
      await null;
      if (settled.length > 0) return wait;
      fleet.emit({ type: 'agent-waiting', agent: target.name, for: reason });
      const value = await deadline.paused(fleet.waiting(wait));
      // It goes on: the outputs take this as the end of the wait.
      fleet.emit({ type: 'step-started', agent: target.name, step: log.current });
      return value;
    },
    end() {
      over = true;
      deadline.clear();
      clearTimeout(grace);
      unsubscribe();
    },
  };

  const unsubscribe = fleet.stop.onPull((reason) => {
    if (reason.kind === 'interrupted') {
      if (visit.sent !== null) grace = setTimeout(() => giveUp('interrupt'), INTERRUPT_GRACE_MS);
      else giveUp('interrupt');
    }
    if (reason.kind === 'credential-refused' && visit.sent === null) giveUp('stopped');
  });
  return visit;
}
