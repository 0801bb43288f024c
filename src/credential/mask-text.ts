import { type Spelling, spellingsOf } from './spellings.ts';

/** Where a secret lies in a text: from `start` up to, not including, `end`. */
export type Interval = readonly [start: number, end: number];

/** Finds a secret in a text, in the spellings that it knows. */
export type Finder = (text: string) => readonly Interval[];

/** So many characters of a secret are masked where the text was cut off in the middle of it. */
const PIECE = 4;

/** The spellings of one character, by their first character; those that begin alike are few. */
type Letter = ReadonlyMap<string, readonly Spelling[]>;

/** The ends of a letter's spellings, in lower case, by their first character. */
type Tails = ReadonlyMap<string, readonly string[]>;

/**
 * Finds a text in any mix of the spellings of its characters (see `spellingsOf`), wrapped lines included where
 * `wrapped` says so; also its last characters at the beginning of the text, and its first ones at the end, because
 * an agent's words may be cut. All ways are followed at once, so that no text can make it slow.
 */
export function textFinder(secret: string, wrapped = false): Finder {
  // One for each character that occurs, so that long secrets cost little.
  const known = new Map([...new Set(secret)].map((character) => [character, letterOf(character, wrapped)]));
  const letters = [...secret].map((character) => known.get(character) ?? new Map());
  const tails = [...known.values()].map((letter) => [letter, tailsOf(letter)] as const);
  return (text) => {
    const lower = lowered(text);
    const read = reader(text, lower, letters);
    const rests = new Map(tails.map(([letter, all]) => [letter, begins(lower, all)]));
    const found: Interval[] = [];
    for (let start = 0; start < text.length; start += 1) {
      const end = read(start, 0);
      if (end !== null) found.push([start, end]);
    }
    for (let first = 1; first <= letters.length - PIECE; first += 1) {
      for (const start of [0, ...(rests.get(letters[first - 1] as Letter) ?? [])]) {
        const end = read(start, first);
        if (end !== null) found.push([0, end]);
      }
    }
    return found;
  };
}

function letterOf(character: string, wrapped: boolean): Letter {
  return Map.groupBy(spellingsOf(character, wrapped), ({ spelling }) => spelling.charAt(0));
}

/** Lower case for ASCII alone: any other letter might change the length of the text. */
const lowered = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * Reads the letters from number `first` on where the text has them at `start`: gives the furthest end, which is
 * the text's own end where that comes first but enough of them were there; null where they are not there.
 */
function reader(text: string, lower: string, letters: readonly Letter[]) {
  return (start: number, first: number): number | null => {
    // Almost every place ends here; all else is slow beside it.
    if (!letters[first]?.has(text.charAt(start))) return null;
    let ends = new Set([start]);
    let cut = false;
    for (let index = first; index < letters.length; index += 1) {
      const next = new Set<number>();
      for (const at of ends) {
        if (at === text.length && index - first >= PIECE) cut = true;
        for (const { spelling, anyCase } of letters[index]?.get(text.charAt(at)) ?? []) {
          const source = anyCase ? lower : text;
          const left = text.length - at;
          if (source.startsWith(spelling, at)) next.add(at + spelling.length);
          else if (left < spelling.length && index - first >= PIECE && spelling.startsWith(source.slice(at)))
            cut = true;
        }
      }
      if (next.size === 0) return cut ? text.length : null;
      ends = next;
    }
    return cut ? text.length : Math.max(...ends);
  };
}

function tailsOf(letter: Letter): Tails {
  const spellings = [...letter.values()].flat().map(({ spelling }) => lowered(spelling));
  const tails = spellings.flatMap((text) =>
    Array.from({ length: text.length - 1 }, (_, at) => text.slice(at + 1)),
  );
  return Map.groupBy(new Set(tails), (tail) => tail.charAt(0));
}

/** Lengths of those that the text begins with. */
function begins(lower: string, tails: Tails): readonly number[] {
  return (tails.get(lower.charAt(0)) ?? [])
    .filter((tail) => lower.startsWith(tail))
    .map(({ length }) => length);
}
