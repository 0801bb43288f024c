import type { AgentOutcome } from '../domain/outcome.ts';
import type { Report } from '../domain/report.ts';

/** What a run is remembered by; `--resume` looks for the last run with the same command, inventory and signature. */
export interface RunStart {
  readonly id: string;
  readonly command: 'run';
  /** Absolute path. */
  readonly inventory: string;
  /** Digest of the registries and user names (never of a password). */
  readonly signature: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  /** Who ran it: user@machine. */
  readonly operator: string;
  /** Names of all targeted agents: recorded as not attempted until their outcome comes. */
  readonly agents: readonly string[];
}

/** One line of `node-prep history`. */
export interface RunSummary {
  readonly id: string;
  readonly command: 'run';
  readonly inventory: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  /** Null for a run that never ended (killed). */
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  readonly operator: string;
  readonly generation: string | null;
  readonly agents: number;
  readonly ok: number;
  readonly changed: number;
}

/** One agent of a past run. */
export interface AgentRecord {
  readonly name: string;
  readonly status: AgentOutcome['status'];
  readonly changed: boolean | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** An archive that was built for one agent from what its login stored (an identity token). */
export interface Issue {
  readonly agent: string;
  readonly path: string;
  readonly generation: string;
  /** SHA-256 of the archive, hex: of a random token, not of a guessable password. */
  readonly digest: string;
  readonly issuedAt: string;
}

/** The state folder: runs, generations, and the key that names them. No secret is ever kept. */
export interface State {
  /** 32 random bytes, made once per state folder: names generations (HMAC). */
  readonly generationKey: Uint8Array;
  startRun(run: RunStart): void;
  recordOutcome(runId: string, outcome: AgentOutcome): void;
  finishRun(report: Report): void;
  /** The agents that the last such run (dry runs aside) left not ok, or null without such a run. */
  leftOver(match: Pick<RunStart, 'command' | 'inventory' | 'signature'>): readonly string[] | null;
  /** Newest first. */
  history(limit: number): readonly RunSummary[];
  /** A run by its id, or by a prefix of it that only one run has. */
  run(id: string): { readonly summary: RunSummary; readonly agents: readonly AgentRecord[] } | null;
  recordIssue(issue: Issue): void;
  findIssue(agent: string, path: string): Issue | null;
  close(): void;
}
