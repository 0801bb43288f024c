import type { FaultName } from './faults.ts';

/** One fault of each kind that a check finds, for a fleet that was prepared. */
export const CHECKED_FAULTS: readonly FaultName[] = [
  'archive-missing',
  'archive-damaged',
  'archive-open',
  'archive-foreign',
  'archive-old',
  'archive-link',
  'daemon-down',
  'list-fails',
  'closes-at-once',
];
