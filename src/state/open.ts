import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Warning } from '../domain/target.ts';
import { printable } from '../lib/printable.ts';
import { openDatabase } from './database.ts';
import { prepareFolder } from './folder.ts';
import { generationKey } from './key.ts';
import { createReads } from './reads.ts';
import type { State } from './state.ts';
import { createWrites } from './writes.ts';

/** What the state needs of the process around it. */
export interface StateTools {
  readonly randomBytes: (length: number) => Uint8Array;
  /** Told at most once that history does not work, whether at once or in the middle of a run. */
  readonly warn: (warning: Warning) => void;
}

/**
 * Opens the state folder, making it where it is missing (0700, its files 0600). Where that does not work (not writable,
 * damaged, of a newer version) the operator is warned, nothing there is touched, and the run goes on with a state that
 * forgets; generations keep their names as long as the key can be read.
 */
export function openState(folder: string, tools: StateTools): State {
  let key: Uint8Array | undefined;
  try {
    prepareFolder(folder);
    key = generationKey(folder, tools.randomBytes);
    return stateIn(openDatabase(join(folder, 'state.db')), key, (error) =>
      tools.warn(trouble(folder, error)),
    );
  } catch (error) {
    tools.warn(trouble(folder, error));
    return memoryState(key ?? tools.randomBytes(32));
  }
}

/** A state that lasts as long as the process: for the practice fleet, and where the folder cannot be used. */
export function memoryState(key: Uint8Array): State {
  return stateIn(openDatabase(':memory:'), key, () => {});
}

/** A state in an open database; after its first error it forgets all that it is told, and knows nothing. */
export function stateIn(database: DatabaseSync, key: Uint8Array, onError: (error: unknown) => void): State {
  let broken = false;
  function guarded<A extends unknown[], T>(work: (...words: A) => T, otherwise: T): (...words: A) => T {
    return (...words) => {
      if (broken) return otherwise;
      try {
        return work(...words);
      } catch (error) {
        broken = true;
        onError(error);
        return otherwise;
      }
    };
  }
  const writes = createWrites(database);
  const reads = createReads(database);
  return {
    generationKey: key,
    startRun: guarded(writes.startRun, undefined),
    recordOutcome: guarded(writes.recordOutcome, undefined),
    finishRun: guarded(writes.finishRun, undefined),
    recordIssue: guarded(writes.recordIssue, undefined),
    leftOver: guarded(reads.leftOver, null),
    history: guarded(reads.history, []),
    run: guarded(reads.run, { kind: 'none' }),
    findIssue: guarded(reads.findIssue, null),
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function trouble(folder: string, error: unknown): Warning {
  const why = error instanceof Error ? error.message : String(error);
  return {
    code: 'STATE_UNAVAILABLE',
    message: `The state folder ${printable(folder, 300)} does not work (${printable(why, 300)}): past runs are not known, and this one is not remembered.`,
    hint: 'Make the folder writable, or set XDG_STATE_HOME to one that is. A file that is damaged may be moved away.',
  };
}
