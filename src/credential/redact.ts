import type { Secret } from '../domain/secret.ts';
import { base64Finder } from './mask-base64.ts';
import { type Interval, textFinder } from './mask-text.ts';

const MASK = '[secret]';

/**
 * Masks secrets with `[secret]`: as they are, and as JSON, URLs, HTML, shells and programming languages write
 * them, in base64 (alone, after the user name, or within something longer), and cut off at either end of the text.
 * An empty secret is ignored. The text should be bounded: the time is its length times that of the secrets.
 */
export function createRedactor(
  secrets: readonly { readonly secret: Secret; readonly username?: string }[],
): (text: string) => string {
  const known = secrets
    .map(({ secret, username }) => ({ secret: secret.reveal(), username }))
    .filter(({ secret }) => secret !== '');
  const finders = known.flatMap(({ secret, username }) => [
    textFinder(secret),
    base64Finder(secret, username),
  ]);
  return (text) => {
    const masked = mask(
      text,
      finders.flatMap((find) => find(text)),
    );
    // What is left and right of a mask may spell a secret again, by an odd chance: then nothing is said at all.
    return known.some(({ secret }) => !MASK.includes(secret) && masked.includes(secret)) ? MASK : masked;
  };
}

/** Replaces each stretch of touching intervals with one mask: what overlaps is one secret, or none of its parts show. */
function mask(text: string, found: readonly Interval[]): string {
  let masked = '';
  let done = 0;
  for (const [start, end] of [...found].sort((a, b) => a[0] - b[0])) {
    if (end <= done) continue;
    if (start > done || done === 0) masked += `${text.slice(done, start)}${MASK}`;
    done = end;
  }
  return masked + text.slice(done);
}
