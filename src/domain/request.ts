import type { ImageReference } from './image.ts';

/** A number of agents, or a share of the targeted ones in percent (rounded up). */
export type MaxFailures =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

export type OutputFormat = 'auto' | 'live' | 'lines' | 'json' | 'ndjson' | 'junit';

/** What every command asks of a fleet; defaults are filled in. Durations in milliseconds. */
export interface FleetRequest {
  readonly inventory: string;
  readonly limit: readonly string[];
  readonly exclude: readonly string[];
  readonly concurrency: number;
  readonly handshakes: number;
  readonly logins: number;
  readonly timeoutMs: number;
  /** Null: never stop early. */
  readonly maxFailures: MaxFailures | null;
  readonly output: OutputFormat;
  readonly report: string | null;
  readonly resume: boolean;
  readonly verbose: boolean;
  /** False with --no-color; NO_COLOR and terminals are main's business. */
  readonly color: boolean;
}

/** `node-prep run`, as asked for. */
export interface RunRequest extends FleetRequest {
  readonly command: 'run';
  readonly dryRun: boolean;
  readonly dropOtherRegistries: boolean;
}

/** Where the app is that `check` is about: in a file (`-` is standard input), or in a Marathon. */
export type AppSource =
  | { readonly kind: 'file'; readonly path: string }
  /** `url` as given, without a user or a password in it; `appId` with its slash. */
  | { readonly kind: 'marathon'; readonly url: URL; readonly appId: string };

/** `node-prep check`, as asked for. */
export interface CheckRequest extends FleetRequest {
  readonly command: 'check';
  readonly app: AppSource | null;
  readonly image: ImageReference | null;
  readonly pull: boolean;
  readonly pullTimeoutMs: number;
  readonly taskUser: string | null;
  /** Warnings about the app fail the gate too. */
  readonly strict: boolean;
  /** A file for Prometheus' textfile collector. */
  readonly prometheus: string | null;
}

/** What the operator asked for: one variant per command; the command line is parsed into this and nothing else. */
export type Request =
  | RunRequest
  | CheckRequest
  | {
      readonly command: 'hosts';
      readonly inventory: string;
      readonly limit: readonly string[];
      readonly exclude: readonly string[];
      readonly output: 'text' | 'json';
    }
  | {
      readonly command: 'init';
      readonly hosts: readonly string[];
      readonly file: string;
      readonly force: boolean;
    }
  | { readonly command: 'schema' }
  | { readonly command: 'completion'; readonly shell: 'bash' | 'zsh' | 'fish' }
  | {
      readonly command: 'history';
      readonly runId: string | null;
      readonly limit: number;
      readonly output: 'text' | 'json';
    }
  | {
      readonly command: 'lab';
      readonly action: 'run' | 'check' | 'up';
      readonly agents: number;
      readonly output: OutputFormat;
      readonly color: boolean;
    };
