import type { Secret } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Result } from '../lib/result.ts';
import { OTHER_SOURCES, unavailable } from './problem.ts';
import { secretFromText } from './text.ts';

/** The tool's own environment: to read a variable, and to take it out so that no child inherits it. */
export interface Environment {
  readonly env: (name: string) => string | undefined;
  readonly forgetEnv: (name: string) => void;
}

/** Reads the variable and takes it out of the environment, whatever is in it. */
export function readEnv(name: string, { env, forgetEnv }: Environment): Result<Secret, Problem> {
  const value = env(name);
  forgetEnv(name);
  const where = `The environment variable ${printable(name, 100)}`;
  const hint = `Set it for this shell: read -rs ${printable(name, 100)} && export ${printable(name, 100)}. ${OTHER_SOURCES}`;
  if (value === undefined) return unavailable(`${where} is not set.`, hint);
  if (value === '') return unavailable(`${where} is set, but empty.`, hint);
  return secretFromText(value, where);
}
