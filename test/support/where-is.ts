import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a program that PATH leads to; null where there is none. */
export function whereIs(program: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, program))) return join(folder, program);
  }
  return null;
}
