import type { RunEvent } from '../domain/event.ts';

/** Where an output writes: standard output carries the result, standard error the progress. */
export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** The little of a writable stream that outputs need; a closed pipe is the owner's trouble, never the output's. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** How an output should look. */
export interface OutputStyle {
  readonly color: boolean;
  readonly verbose: boolean;
}

/**
 * What the operator sees. `event` must not throw and must be cheap; the last event is always the report.
 * `close` is awaited after it, so that a live view can give the terminal back.
 */
export interface Output {
  event(event: RunEvent): void;
  close(): Promise<void>;
}
