import { Secret } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import { ok, type Result } from '../lib/result.ts';
import { unavailable } from './problem.ts';

/** No source gives more: a token of a cloud registry has a few kilobytes. In bytes. */
export const LARGEST_SECRET = 64 * 1024;

/**
 * The secret in the output of a program or in a file: UTF-8 (a byte order mark is dropped), without the one line end
 * that most programs and editors add. `where` names the source in problems, as the beginning of a sentence.
 */
export function secretFromBytes(bytes: Uint8Array, where: string): Result<Secret, Problem> {
  if (bytes.length > LARGEST_SECRET)
    return unavailable(`${where} is larger than 64 KiB: that is no password.`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unavailable(
      `${where} is not UTF-8 text.`,
      'Was it saved as UTF-16? Save the password alone, as plain text.',
    );
  }
  return secretFromText(text.replace(/\r?\n$/, ''), where);
}

/**
 * A secret as it is. Refused: nothing at all, more than one line, and NUL, because `docker login --password-stdin`
 * and sudo read one line.
 */
export function secretFromText(text: string, where: string): Result<Secret, Problem> {
  if (text === '') return unavailable(`${where} is empty.`);
  if (/[\r\n]/.test(text)) return unavailable(`${where} has more than one line: a password is one.`);
  // Node puts U+FFFD where a variable is not UTF-8: the login would be tried with another password.
  if (text.includes('\uFFFD')) return unavailable(`${where} is not UTF-8 text.`);
  if (text.includes('\0')) return unavailable(`${where} holds a NUL character, which no login can carry.`);
  return ok(new Secret(text));
}
