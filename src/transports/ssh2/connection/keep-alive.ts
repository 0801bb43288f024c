/** Watches over a connection that nobody may be at the other end of. */
export interface KeepAlive {
  /** Something has come. */
  heard(): void;
  stop(): void;
}

const MISSES = 3;

/**
 * Asks after each `intervalMs` in which nothing has come; after three questions in vain the other side counts as
 * dead. 0: never.
 */
export function startKeepAlive(intervalMs: number, ask: () => void, dead: () => void): KeepAlive {
  let hasHeard = false;
  let asked = 0;
  const timer = intervalMs === 0 ? undefined : setInterval(tick, intervalMs).unref();

  function tick(): void {
    if (hasHeard) asked = 0;
    else if (asked === MISSES) dead();
    else {
      asked += 1;
      ask();
    }
    hasHeard = false;
  }
  return {
    heard() {
      hasHeard = true;
    },
    stop: () => clearInterval(timer),
  };
}
