/** The time that one agent may take. It can stand still while the agent waits for others. */
export interface Deadline {
  /** Milliseconds left. */
  remaining(): number;
  /** Runs `wait` with the clock standing still. */
  paused<T>(wait: Promise<T>): Promise<T>;
  /** No more expiry; call it when the agent has ended, so that nothing keeps the process alive. */
  clear(): void;
}

/** Starts a deadline of `ms` milliseconds; `expire` is called once, if it runs out. */
export function startDeadline(ms: number, expire: () => void): Deadline {
  let left = ms;
  let since = performance.now();
  let pauses = 0;
  let over = false;
  let timer = setTimeout(fire, left);

  function fire() {
    over = true;
    left = 0;
    expire();
  }
  function remaining(): number {
    return pauses > 0 || over ? left : Math.max(0, left - (performance.now() - since));
  }
  return {
    remaining,
    async paused(wait) {
      left = remaining();
      pauses += 1;
      clearTimeout(timer);
      try {
        return await wait;
      } finally {
        pauses -= 1;
        if (pauses === 0 && !over) {
          since = performance.now();
          timer = setTimeout(fire, left);
        }
      }
    },
    clear() {
      left = remaining();
      over = true;
      clearTimeout(timer);
    },
  };
}
