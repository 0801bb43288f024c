import type { Flag } from './command.ts';
import { HELP, SELECTION } from './flags.ts';
import { LIMITS, PRINTING, RESUME } from './fleet-flags.ts';

const CHANGES: readonly Flag[] = [
  {
    long: '--dry-run',
    short: '-n',
    help: 'say per agent what would change, and change nothing; the credential is proven on one agent',
    group: 'What is changed:',
  },
  {
    long: '--drop-other-registries',
    help: 'replace archives that hold registries which the inventory lacks (ARCHIVE_FOREIGN)',
    group: 'What is changed:',
  },
];

/** All flags of `run`. */
export const RUN_FLAGS: readonly Flag[] = [...SELECTION, RESUME, ...LIMITS, ...CHANGES, ...PRINTING, HELP];
