import type { Failure, StepId } from '../errors/failure.ts';

export type AgentStatus = 'ok' | 'failed' | 'unreachable' | 'not-attempted';
export type StepStatus = 'changed' | 'unchanged' | 'ok' | 'failed' | 'skipped';

/** What became of one step on one agent. */
export interface StepResult {
  readonly id: StepId;
  readonly status: StepStatus;
  readonly ms: number;
}

export type Verdict = 'pass' | 'fail' | 'timeout' | 'not-run';

/** What became of one check on one agent; `vacuous` is null where it cannot be told. */
export interface CheckResult {
  readonly id: string;
  readonly command: string;
  readonly expect: 'pass' | 'runnable';
  readonly verdict: Verdict;
  /** Null where the command did not end by itself. */
  readonly exitCode: number | null;
  readonly vacuous: boolean | null;
  readonly ms: number;
}

/** What `check` found at the archive's path; absent where it did not get so far, or found no archive. */
export interface FoundArchive {
  /** The name of the credential set in it, as `run` would name it; null where an entry is missing or not readable. */
  readonly generation: string | null;
  /** Seconds since it was put there, by the agent's clock; null where the agent cannot tell. */
  readonly ageSeconds: number | null;
  /** When the first of its credentials ends, where one says so (`exp` of a JWT); ISO 8601, UTC. */
  readonly expiresAt: string | null;
}

/** Everything known about one agent at the end: exactly one per target, whatever happened. */
export interface AgentOutcome {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly group: string | null;
  readonly status: AgentStatus;
  /** True, false, or null where a lost connection left it unknown. In a dry run: would change. */
  readonly changed: boolean | null;
  readonly ms: number;
  readonly steps: readonly StepResult[];
  readonly checks: readonly CheckResult[];
  readonly archive?: FoundArchive;
  /** The first of `failures`; absent when ok. */
  readonly failure?: Failure;
  /** In phase order; empty when ok. */
  readonly failures: readonly Failure[];
}
