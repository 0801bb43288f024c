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
  /** Called right before the program ends at once: to give the terminal back, to remove a file. Must not wait. */
  beforeEnd(action: () => void): void;
  /** Calls what `beforeEnd` was given, the latest first, each once: for who ends the program at once elsewhere. */
  clearUp(): void;
}

/**
 * The operator's Ctrl-C and the system's SIGTERM or SIGHUP: the first is told to whoever listens, so that what has
 * been started can be finished; the second ends the program at once, through `endNow`.
 */
export function listenForInterruption(signals: Signals, endNow: (code: InterruptCode) => void): Interruption {
  const listeners: ((code: InterruptCode) => void)[] = [];
  const abort = new AbortController();
  const last: (() => void)[] = [];
  let first: InterruptCode | null = null;

  function clearUp() {
    for (const action of last.splice(0).reverse()) {
      try {
        action();
      } catch {
        // The program ends now, and the other actions matter as much.
      }
    }
  }
  function on(code: InterruptCode) {
    if (first !== null || listeners.length === 0) {
      clearUp();
      return endNow(code);
    }
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
    beforeEnd: (action) => void last.push(action),
    clearUp,
  };
}
