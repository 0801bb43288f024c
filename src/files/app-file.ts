import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Result } from '../lib/result.ts';
import { readBounded, readStream, textFrom } from './bounded.ts';

/** The text of an app file, or of standard input for `-`. Never rejects. */
export async function readAppFile(
  path: string,
  stdin: NodeJS.ReadStream,
  signal: AbortSignal,
): Promise<Result<string, Problem>> {
  const shown = path === '-' ? 'standard input' : printable(path, 300);
  const bytes = path === '-' ? await readStream(stdin, signal) : await readBounded(path, signal);
  return textFrom(bytes, (reason) => ({
    code: 'APP_UNREADABLE',
    message: `The app cannot be read from ${shown}: ${reason}.`,
    hint: 'Give the JSON that is sent to Marathon: --app app.json, or --app - to read standard input.',
  }));
}
