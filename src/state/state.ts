import type { AgentOutcome } from '../domain/outcome.ts';
import type { Report } from '../domain/report.ts';

/** What a run is remembered by; `--resume` asks for what is left of the runs with the same command, inventory and signature. */
export interface RunStart {
  readonly id: string;
  readonly command: Report['command'];
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
  readonly command: Report['command'];
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

/** What `node-prep history <run-id>` found. */
export type RunLookup =
  | { readonly kind: 'found'; readonly summary: RunSummary; readonly agents: readonly AgentRecord[] }
  | { readonly kind: 'none' }
  /** A few of the runs whose ids begin so, newest first. */
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] };

/** An archive that was built for one agent from what its login stored (an identity token). */
export interface Issue {
  readonly agent: string;
  readonly path: string;
  readonly generation: string;
  /** SHA-256 of the archive, hex: of a random token, not of a guessable password. */
  readonly digest: string;
  readonly issuedAt: string;
}

/**
 * The state folder: runs, generations, and the key that names them. No secret is ever kept. Nothing here throws: where
 * the folder fails, the adapter warns once and forgets.
 */
export interface State {
  /** 32 random bytes, made once per state folder: names generations (HMAC). */
  readonly generationKey: Uint8Array;
  startRun(run: RunStart): void;
  recordOutcome(runId: string, outcome: AgentOutcome): void;
  /** Records the outcomes once more, those of agents that were never started included, and how the run ended. */
  finishRun(report: Report): void;
  /**
   * The agents that such runs left not ok: those whose latest outcome, of whichever such run, is not ok. So a run
   * with --limit or --resume takes only its own agents off the list, and forgets no other. A run that was killed
   * leaves its agents not attempted; a dry run says nothing. Null without such a run.
   */
  leftOver(match: Pick<RunStart, 'command' | 'inventory' | 'signature'>): readonly string[] | null;
  /** Newest first. */
  history(limit: number): readonly RunSummary[];
  /** A run by its id, or by the beginning of it; upper or lower case. */
  run(id: string): RunLookup;
  recordIssue(issue: Issue): void;
  findIssue(agent: string, path: string): Issue | null;
  close(): void;
}
