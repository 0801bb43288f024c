// Crockford's base 32: no I, L, O, U, so that an id can be read aloud and typed.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;

/**
 * A run's id: a ULID (github.com/ulid/spec), 26 characters that sort by time. `nowMs` is the time in milliseconds
 * since 1970, `random` at least 10 bytes.
 */
export function newRunId(nowMs: number, random: Uint8Array): string {
  if (random.length < 10) throw new Error('a run id needs 10 random bytes');
  let id = '';
  for (let rest = Math.floor(nowMs); id.length < TIME_LENGTH; rest = Math.floor(rest / 32)) {
    id = ALPHABET.charAt(rest % 32) + id;
  }
  let bits = 0;
  let buffer = 0;
  for (const byte of random.subarray(0, 10)) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) id += ALPHABET.charAt((buffer >> (bits - 5)) & 31);
    buffer &= 31;
  }
  return id;
}
