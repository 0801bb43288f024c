import pLimit, { type LimitFunction } from 'p-limit';

/** At most `concurrency` of the given functions at work at once; the rest wait in order. */
export interface Limit {
  <T>(work: () => Promise<T>): Promise<T>;
  /** Changes how many may be at work, at once. */
  widen(by: number): void;
  /** How many wait for a place. */
  readonly waiting: number;
}

/** Makes a limit. The only place that knows p-limit. */
export function createLimit(concurrency: number): Limit {
  const limit: LimitFunction = pLimit(concurrency);
  return Object.defineProperty(
    Object.assign(<T>(work: () => Promise<T>) => limit(work), {
      widen: (by: number) => {
        limit.concurrency += by;
      },
    }),
    'waiting',
    { get: () => limit.pendingCount },
  ) as Limit;
}
