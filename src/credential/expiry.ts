import type { ConfigEntry } from '../domain/credential.ts';
import { userOf } from './entry.ts';
import { asRecord, parseJson } from './json.ts';

/** After this a date is no date any more (ECMAScript, 21.4.1.1). */
const LAST_SECOND = 8.64e12;

/**
 * When a credential ends, where it says so itself: `exp` of a JSON Web Token (RFC 7519, 4.1.4) that is its password or
 * its identity token. ISO 8601; null for a credential that does not say.
 */
export function expiryOf({ auth, identitytoken }: ConfigEntry): string | null {
  const token = identitytoken ?? userOf(auth)?.password ?? '';
  const [, claims, signature, ...more] = token.split('.');
  if (claims === undefined || signature === undefined || more.length > 0) return null;
  const { exp } = asRecord(parseJson(Buffer.from(claims, 'base64url')));
  if (typeof exp !== 'number' || !(exp > 0 && exp < LAST_SECOND)) return null;
  return new Date(exp * 1_000).toISOString();
}
