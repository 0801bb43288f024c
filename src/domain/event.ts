import type { StepId } from '../errors/failure.ts';
import type { AgentOutcome, CheckResult, StepStatus } from './outcome.ts';
import type { Report } from './report.ts';
import type { Warning } from './target.ts';

/** What an agent waits for, when it waits. */
export type WaitReason =
  | 'credential-proof'
  | 'ssh-password-proof'
  | 'become-password-proof'
  | 'rate-limit'
  /** It could not be reached, and is tried again in a moment. */
  | 'retry';

/**
 * What happens in a run, as it happens; every output listens to these and to nothing else.
 * The order for one agent: agent-started, its steps, agent-finished. No event holds a secret.
 */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly command: Report['command'];
      readonly id: string;
      readonly dryRun: boolean;
      readonly concurrency: number;
      readonly agents: readonly { readonly name: string; readonly group: string | null }[];
    }
  | { readonly type: 'agent-started'; readonly agent: string }
  | { readonly type: 'agent-waiting'; readonly agent: string; readonly for: WaitReason }
  | { readonly type: 'step-started'; readonly agent: string; readonly step: StepId }
  | {
      readonly type: 'step-finished';
      readonly agent: string;
      readonly step: StepId;
      readonly status: StepStatus;
      readonly ms: number;
    }
  | { readonly type: 'check-finished'; readonly agent: string; readonly check: CheckResult }
  | {
      readonly type: 'agent-finished';
      readonly outcome: AgentOutcome;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'warning'; readonly warning: Warning }
  | { readonly type: 'interrupted'; readonly message: string }
  | { readonly type: 'report'; readonly report: Report };
