import { writeFileSync } from 'node:fs';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';

/** Writes a file that must not be there yet, unless `force`; what is there is never lost by accident. */
export function writeNewFile(path: string, text: string, force: boolean): Result<string, readonly Problem[]> {
  try {
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
    return ok(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const shown = printable(path, 300);
    if (code === 'EEXIST') {
      const hint = 'Name another file with --file, or overwrite it with --force.';
      return err([{ code: 'FILE_EXISTS', message: `${shown} is there already; nothing was written.`, hint }]);
    }
    const message = `${shown} cannot be written: ${code ?? String(thrown)}.`;
    return err([
      { code: 'FILE_UNWRITABLE', message, hint: 'Name a file in a folder that you may write to.' },
    ]);
  }
}
