import { type Finder, type Interval, textFinder } from './mask-text.ts';

/** Shorter pieces would mask what has nothing to do with the secret. */
const SHORTEST = 4;

/**
 * Finds base64 (of either alphabet) that holds a secret: alone, after `user:`, or at any place in something longer.
 * The whole run of base64 around it is found, because its edges hold parts of the secret too.
 */
export function base64Finder(secret: string, username: string | undefined): Finder {
  const texts = username === undefined ? [secret] : [secret, `${username}:${secret}`];
  const pieces = new Set(texts.flatMap(encodings));
  const finders = [...pieces].map((piece) => textFinder(piece, true));
  return (text) => finders.flatMap((find) => find(text)).map((interval) => widened(text, interval));
}

/** The characters of base64 that hold nothing but the secret, after 0, 1 or 2 bytes of something else. */
function encodings(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const inner = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const long = inner.filter((piece) => piece.length >= SHORTEST);
  const all = long.length > 0 ? long : [bytes.toString('base64')];
  return [...all, ...all.map((piece) => piece.replaceAll('+', '-').replaceAll('/', '_'))];
}

function widened(text: string, [start, end]: Interval): Interval {
  let [from, to] = [start, end];
  while (inBase64(text[from - 1])) from -= 1;
  while (inBase64(text[to])) to += 1;
  return [from, to];
}

const inBase64 = (character: string | undefined) => character !== undefined && /[\w+/=-]/.test(character);
