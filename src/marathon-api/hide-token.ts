import type { Secret } from '../domain/secret.ts';

const MASK = '[token]';

/** Text of a server without the token that it was sent: neither whole nor the parts of an echo that was cut. */
export function hideToken(text: string, token: Secret | null): string {
  const secret = token?.reveal() ?? '';
  if (secret === '') return text;
  // Twelve characters in a row, of those that a JWT is made of (RFC 7519, base64url), are no word by chance.
  return text
    .replaceAll(secret, MASK)
    .replace(/[\w-]{12,}/g, (word) => (secret.includes(word) ? MASK : word));
}
