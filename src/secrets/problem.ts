import type { Problem } from '../errors/failure.ts';
import { err } from '../lib/result.ts';

/** The ways to name a secret, for hints. */
export const OTHER_SOURCES =
  'Other sources: { env: NAME }, { file: path }, { exec: [program, argument] }, { prompt: text }.';

/** A secret that could not be had; neither text may hold anything that was read. */
export function unavailable(
  message: string,
  hint: string = OTHER_SOURCES,
): { readonly ok: false; readonly error: Problem } {
  return err({ code: 'SECRET_UNAVAILABLE', message, hint });
}

/** The operator pressed Ctrl-C, or the run was told to end, before the secret was there. */
export function interrupted(): { readonly ok: false; readonly error: Problem } {
  const message = 'Interrupted before all secrets were read.';
  return err({ code: 'INTERRUPTED', message, hint: 'Nothing was contacted. Run the command again.' });
}
