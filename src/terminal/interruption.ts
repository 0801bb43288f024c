/** The exit code that a signal means: 128 and its number (POSIX.1-2017, 2.8.2). */
export type InterruptCode = 130 | 143;

/** The little of `process` that is needed here. */
export interface Signals {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
}

export interface Interruption {
  /** Aborted at the first interruption. */
  readonly signal: AbortSignal;
  /** Calls back at the first interruption, at once where it has been. Without a listener it ends the program. */
  listen(listener: (code: InterruptCode) => void): void;
}

/**
 * The operator's Ctrl-C and the system's SIGTERM or SIGHUP: the first is told to whoever listens, so that what has
 * been started can be finished; the second ends the program at once, through `endNow`.
 */
export function listenForInterruption(signals: Signals, endNow: (code: InterruptCode) => void): Interruption {
  const listeners: ((code: InterruptCode) => void)[] = [];
  const abort = new AbortController();
  let first: InterruptCode | null = null;

  function on(code: InterruptCode) {
    if (first !== null || listeners.length === 0) return endNow(code);
    first = code;
    abort.abort();
    for (const listener of listeners.splice(0)) listener(code);
  }
  signals.on('SIGINT', () => on(130));
  signals.on('SIGTERM', () => on(143));
  signals.on('SIGHUP', () => on(143));
  return {
    signal: abort.signal,
    listen(listener) {
      if (first === null) listeners.push(listener);
      else listener(first);
    },
  };
}
