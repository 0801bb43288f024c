import type { Problem } from '../errors/failure.ts';
import { formatProblems } from '../inventory/problems.ts';
import type { World } from './world.ts';

/** Prints a result; the exit code is 0. */
export function print({ stdout }: World, text: string): 0 {
  stdout.write(text);
  return 0;
}

/** Prints problems where they belong: as JSON on standard output where that was asked for, else for a person. */
export function printProblems({ stdout, stderr }: World, problems: readonly Problem[], json: boolean): 2 {
  if (!json) stderr.write(formatProblems(problems));
  else
    stdout.write(
      `${JSON.stringify({ schema: 'node-prep/problems/v1', problems: problems.map(bare) }, null, 2)}\n`,
    );
  return 2;
}

/** Without the source line: a program has the file, and lines may be long. */
function bare({ code, file, line, column, message, hint }: Problem): Problem {
  return {
    code,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message,
    hint,
  };
}
