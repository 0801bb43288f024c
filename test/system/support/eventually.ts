import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so; after `seconds` (a generous bound, not an expectation) throws what went wrong. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  otherwise: string | (() => string),
  seconds = 20,
): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(typeof otherwise === 'string' ? otherwise : otherwise());
    await sleep(10);
  }
}
