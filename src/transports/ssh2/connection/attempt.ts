import type { Hop } from '../../../domain/target.ts';
import type { Failure } from '../../../errors/failure.ts';
import { aborted, timedOut } from '../../given-up.ts';
import type { ConnectFailure } from '../../transport.ts';

/** One attempt to reach an agent: its clock, and everything that must end when it fails. */
export interface Attempt {
  readonly target: Hop;
  /** True once it has failed or succeeded: what still calls back then is ignored. */
  readonly over: boolean;
  /** Settles when it fails; never rejects. */
  readonly failed: Promise<ConnectFailure>;
  /** Milliseconds left until the limit. */
  remaining(): number;
  /** Starts the limit anew. `explain` says what it means if it runs out now. */
  restart(explain: () => Failure): void;
  /** From now on the limit's end means something else; it may be that a password was sent in vain. */
  explain(explain: () => ConnectFailure): void;
  /** Waits with the clock standing still. */
  paused<T>(wait: Promise<T>): Promise<T>;
  /** Fails the attempt; only the first failure counts. */
  fail(failure: Failure, passwordRefused?: boolean): void;
  /** Is called when the attempt fails, at once if it has. */
  onFailure(cleanup: () => void): void;
  /** The attempt has succeeded: no limit and no abort any more. */
  succeed(): void;
}

/** Starts an attempt that fails when the limit of the target's connectTimeout runs out, or `signal` is aborted. */
export function startAttempt(target: Hop, signal: AbortSignal): Attempt {
  const limit = target.ssh.connectTimeoutMs;
  const cleanups: (() => void)[] = [];
  let over = false;
  let left = limit;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let explain = (): ConnectFailure => ({
    failure: timedOut(target, 'no phase had begun'),
    passwordRefused: false,
  });
  let settle: (failure: ConnectFailure) => void = () => undefined;
  const failed = new Promise<ConnectFailure>((resolve) => {
    settle = resolve;
  });

  // A password that is on its way then has no answer either.
  const abort = () => fail(aborted(target, signal.reason), explain().passwordRefused);
  const expire = () => {
    const why = explain();
    fail(why.failure, why.passwordRefused);
  };
  const stopClock = () => clearTimeout(timer);
  const remaining = () => Math.max(0, left - (performance.now() - since));
  function startClock(ms: number): void {
    stopClock();
    left = ms;
    since = performance.now();
    if (!over) timer = setTimeout(expire, ms);
  }
  function end(): void {
    over = true;
    stopClock();
    signal.removeEventListener('abort', abort);
  }
  function fail(it: Failure, passwordRefused = false): void {
    if (over) return;
    end();
    settle({ failure: it, passwordRefused });
    for (const cleanup of cleanups) cleanup();
  }

  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return {
    target,
    get over() {
      return over;
    },
    failed,
    remaining,
    restart(now) {
      explain = () => ({ failure: now(), passwordRefused: false });
      startClock(limit);
    },
    explain(now) {
      explain = now;
    },
    async paused(wait) {
      const kept = remaining();
      stopClock();
      try {
        return await wait;
      } finally {
        startClock(kept);
      }
    },
    fail,
    onFailure(cleanup) {
      if (over) cleanup();
      else cleanups.push(cleanup);
    },
    succeed: end,
  };
}
