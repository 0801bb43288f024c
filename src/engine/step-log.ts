import type { RunEvent } from '../domain/event.ts';
import type { CheckResult, StepResult, StepStatus } from '../domain/outcome.ts';
import { STEP_IDS, type StepId } from '../errors/failure.ts';

/** What one agent's steps came to, told to the outputs as it happens. */
export interface StepLog {
  start(step: StepId): void;
  end(step: StepId, status: StepStatus): void;
  check(check: CheckResult): void;
  /** All six steps, those that were never started as skipped. A step that was started but not ended has failed. */
  results(): readonly StepResult[];
  readonly current: StepId;
}

export function createStepLog(agent: string, emit: (event: RunEvent) => void): StepLog {
  const done = new Map<StepId, StepResult>();
  const since = new Map<StepId, number>();
  let current: StepId = 'connect';
  function end(step: StepId, status: StepStatus) {
    const ms = Math.round(performance.now() - (since.get(step) ?? performance.now()));
    since.delete(step);
    done.set(step, { id: step, status, ms });
    emit({ type: 'step-finished', agent, step, status, ms });
  }
  return {
    start(step) {
      current = step;
      since.set(step, performance.now());
      emit({ type: 'step-started', agent, step });
    },
    end,
    check: (check) => emit({ type: 'check-finished', agent, check }),
    results() {
      for (const step of [...since.keys()]) end(step, 'failed');
      return STEP_IDS.map((id) => done.get(id) ?? { id, status: 'skipped', ms: 0 });
    },
    get current() {
      return current;
    },
  };
}
