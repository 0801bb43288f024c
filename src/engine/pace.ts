import type { LoginVerdict } from '../steps/login.ts';
import { createLimit } from './limits.ts';

/** How long logins to a registry rest after each rate limit in a row, where the registry does not say. */
const BACKOFF_MS = [5_000, 10_000, 20_000, 40_000, 60_000] as const;

type RateLimited = Extract<LoginVerdict, { kind: 'rate-limited' }>;

interface Rest {
  /** On the clock of performance.now(). */
  readonly until: number;
  readonly inARow: number;
  /** What the registry said last. */
  readonly said: RateLimited;
}

export interface LoginTry {
  readonly registry: string;
  /** Milliseconds that the agent has left. */
  readonly remaining: () => number;
  /** One login, or one question of several; must not reject. */
  readonly attempt: () => Promise<LoginVerdict>;
  /** Says that the agent waits because of a rate limit. */
  readonly waits: () => void;
  /** Settles early when the wait is pointless (the run was stopped, the agent given up). */
  readonly cancelled: Promise<void>;
}

/** The fleet's pace of logins: so many at once, and a rest for everybody when a registry asks for one. */
export interface LoginPace {
  login(attempt: LoginTry): Promise<LoginVerdict>;
}

export function createLoginPace(logins: number): LoginPace {
  const limit = createLimit(logins);
  const rests = new Map<string, Rest>();

  const restOf = (registry: string) => Math.max(0, (rests.get(registry)?.until ?? 0) - performance.now());

  function rest(registry: string, said: RateLimited) {
    const known = rests.get(registry) ?? { until: 0, inARow: 0, said };
    // Several agents are told at the same time: that is one rate limit, not several in a row.
    if (known.until > performance.now() && said.waitMs === null) return;
    const pause = said.waitMs ?? BACKOFF_MS[Math.min(known.inARow, BACKOFF_MS.length - 1)] ?? 60_000;
    rests.set(registry, {
      until: Math.max(known.until, performance.now() + pause),
      inARow: known.inARow + 1,
      said,
    });
  }

  return {
    async login({ registry, remaining, attempt, waits, cancelled }) {
      let own: RateLimited | null = null;
      for (;;) {
        const pause = restOf(registry);
        const resting = rests.get(registry);
        if (pause > 0 && resting !== undefined) {
          // Waiting longer than this agent has time for would only turn a clear reason into a time-out.
          if (pause >= remaining()) return own ?? withoutDetail(resting.said);
          waits();
          // Half a second of spread, so that the fleet does not come back in one instant.
          const gaveUp = await sleep(pause + Math.random() * 500, cancelled);
          if (gaveUp) return own ?? withoutDetail(resting.said);
        }
        // Whoever has waited for a place may find that the registry has asked for a rest meanwhile.
        const verdict = await limit(() => (restOf(registry) > 0 ? Promise.resolve(null) : attempt()));
        if (verdict === null) continue;
        // The time ran out in the midst of another try: what the registry said before tells why.
        if (own !== null && verdict.kind === 'failed' && remaining() <= 0) return own;
        if (verdict.kind !== 'rate-limited') {
          // A login that was on its way already does not end a rest that was asked for since.
          if (verdict.kind === 'proven' && restOf(registry) === 0) rests.delete(registry);
          return verdict;
        }
        own = verdict;
        rest(registry, verdict);
      }
    },
  };
}

/** What the registry told another agent, for one that was told nothing itself. */
function withoutDetail(said: RateLimited): RateLimited {
  const { detail: _, ...failure } = said.failure;
  return { ...said, failure };
}

/** Waits; true when it was cancelled before. */
function sleep(ms: number, cancelled: Promise<void>): Promise<boolean> {
  return new Promise((wake) => {
    const timer = setTimeout(() => wake(false), ms);
    cancelled.then(() => {
      clearTimeout(timer);
      wake(true);
    });
  });
}
