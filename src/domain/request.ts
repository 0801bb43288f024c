/** A number of agents, or a share of the targeted ones in percent (rounded up). */
export type MaxFailures =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

export type OutputFormat = 'auto' | 'live' | 'lines' | 'json' | 'ndjson' | 'junit';

/** `node-prep run`, as asked for; defaults are filled in. Durations in milliseconds. */
export interface RunRequest {
  readonly command: 'run';
  readonly inventory: string;
  readonly limit: readonly string[];
  readonly exclude: readonly string[];
  readonly concurrency: number;
  readonly handshakes: number;
  readonly logins: number;
  readonly timeoutMs: number;
  /** Null: never stop early. */
  readonly maxFailures: MaxFailures | null;
  readonly dryRun: boolean;
  readonly output: OutputFormat;
  readonly report: string | null;
  readonly resume: boolean;
  readonly dropOtherRegistries: boolean;
  readonly verbose: boolean;
  /** False with --no-color; NO_COLOR and terminals are main's business. */
  readonly color: boolean;
}

/** What the operator asked for: one variant per command; the command line is parsed into this and nothing else. */
export type Request =
  | RunRequest
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
      readonly action: 'run' | 'up';
      readonly agents: number;
      readonly output: OutputFormat;
      readonly color: boolean;
    };
