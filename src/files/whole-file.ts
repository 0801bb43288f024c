import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchmodSync, fchownSync, openSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Existing } from './report-place.ts';

/** A file that will be there as a whole, or not at all. */
export interface WholeFile {
  /** Writes it, and puts it into its place. Rejects with what the system says. */
  write(text: Iterable<string>): Promise<void>;
  /** At once; nothing is left behind. */
  discard(): void;
}

/**
 * Makes, at once, an empty file beside `path` that takes its place in the end. It gets the mode of the file that it
 * replaces and, where that is allowed, its owner. Throws what the system says.
 */
export function beginWholeFile(path: string, existing: Existing | null): WholeFile {
  const temporary = join(dirname(path), `.node-prep-report.${randomUUID()}.tmp`);
  makeLike(temporary, existing);
  return {
    async write(text) {
      const handle = await open(temporary, constants.O_WRONLY);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    },
    discard() {
      try {
        rmSync(temporary, { force: true });
      } catch {
        // Its folder has changed meanwhile; the run does not fail for that.
      }
    },
  };
}

function makeLike(path: string, existing: Existing | null): void {
  const descriptor = openSync(path, 'wx', existing?.mode ?? 0o644);
  try {
    if (existing === null) return;
    try {
      fchownSync(descriptor, existing.uid, existing.gid);
    } catch {
      // Only root may give files away; the operator's own are right as they are.
    }
    fchmodSync(descriptor, existing.mode);
  } finally {
    closeSync(descriptor);
  }
}
