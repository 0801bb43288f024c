import { createHmac } from 'node:crypto';

/**
 * The name of one issue of a credential set: `g-` and eight hex digits of an HMAC-SHA-256 of the config.json.
 * Keyed, because a plain hash of a guessable password would give the password away.
 */
export function generationName(key: Uint8Array, configText: string): string {
  return `g-${createHmac('sha256', key).update(configText, 'utf8').digest('hex').slice(0, 8)}`;
}
