import type { Finding } from './finding.ts';
import type { AgentOutcome } from './outcome.ts';
import type { Warning } from './target.ts';

export interface Totals {
  readonly agents: number;
  readonly ok: number;
  readonly changed: number;
  readonly failed: number;
  readonly unreachable: number;
  readonly notAttempted: number;
}

/** The report of a run, as `-o json` prints it: schema node-prep/report/v1. */
export interface Report {
  readonly schema: 'node-prep/report/v1';
  readonly command: 'run' | 'check';
  readonly id: string;
  readonly inventory: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly ok: boolean;
  readonly exitCode: number;
  readonly totals: Totals;
  readonly registries: readonly {
    readonly name: string;
    readonly username: string;
    readonly expiresAt: string | null;
  }[];
  /** Null where the credential was never had. */
  readonly generation: string | null;
  readonly warnings: readonly Warning[];
  /** Problems of the app, in the order of its text; only with `check --app` or `--marathon`. */
  readonly findings?: readonly Finding[];
  readonly agents: readonly AgentOutcome[];
}

/** Counts outcomes by status. */
export function countTotals(agents: readonly AgentOutcome[]): Totals {
  const count = (test: (agent: AgentOutcome) => boolean) => agents.filter(test).length;
  return {
    agents: agents.length,
    ok: count((agent) => agent.status === 'ok'),
    changed: count((agent) => agent.changed === true),
    failed: count((agent) => agent.status === 'failed'),
    unreachable: count((agent) => agent.status === 'unreachable'),
    notAttempted: count((agent) => agent.status === 'not-attempted'),
  };
}
