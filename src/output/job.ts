import type { RunEvent } from '../domain/event.ts';
import { STEP_IDS, type StepId } from '../errors/failure.ts';

/** What is being done to the agents: it decides the words. */
export type Job = 'run' | 'dry run' | 'check';

/** The job of a run that begins, or of one that ended. */
export function jobOf({
  command,
  dryRun,
}: Pick<Extract<RunEvent, { type: 'run-started' }>, 'command' | 'dryRun'>): Job {
  return command === 'run' && dryRun ? 'dry run' : command;
}

/** The parts of the work that a job has. A check logs in nowhere and packs nothing. */
export function stepsOf(job: Job): readonly StepId[] {
  return job === 'check' ? STEP_IDS.filter((id) => id !== 'login' && id !== 'pack') : STEP_IDS;
}

/** A step, in a word: what a check looks at has another name than what a run does there. */
export function stepWord(step: StepId, job: Job): string {
  if (job !== 'check') return step;
  return step === 'install' ? 'archive' : step === 'verify' ? 'prove' : step;
}
