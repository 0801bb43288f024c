import pLimit from 'p-limit';

/** At most so many of the given functions at work at once; the rest wait in order. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a limit. The only place that knows p-limit. */
export function createLimit(concurrency: number): Limit {
  const limit = pLimit(concurrency);
  return (work) => limit(work);
}
