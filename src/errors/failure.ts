import { CATALOGUE, type FailureCode } from './catalogue.ts';

/** The parts of the work on one agent, in order: the `steps[].id` of a report. */
export const STEP_IDS = ['connect', 'become', 'login', 'pack', 'install', 'verify'] as const;
export type StepId = (typeof STEP_IDS)[number];

/**
 * What went wrong on one agent: a value, never thrown across agents.
 * `message` says what happened, `hint` the next step, `detail` what the agent itself said
 * (bounded and escaped by `printable`, secrets masked before it gets here).
 */
export interface Failure {
  readonly code: FailureCode;
  readonly step: StepId;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly detail?: string;
}

/** Values that a catalogue entry may name in its words. */
export type Values = Readonly<Record<string, string | number>>;

/** Builds a failure from the catalogue; `values` fill the words, `detail` is what the agent said. */
export function failure(code: FailureCode, step: StepId, values: Values = {}, detail?: string): Failure {
  const entry = CATALOGUE[code];
  const base = {
    code,
    step,
    message: entry.message(values),
    hint: entry.hint(values),
    retryable: entry.retryable,
  };
  return detail === undefined || detail === '' ? base : { ...base, detail };
}

/** Something wrong in the inventory or on the command line, with its place; all are reported at once. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The source line itself, for the caret; escaped, secrets masked. */
  readonly source?: string;
}
