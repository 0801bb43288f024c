/** A text that a pattern is held against, and how many more letters may be looked at. */
interface Walk {
  readonly text: string;
  left: number;
}

/** A part of a pattern: from a set of places in a text to the places where a match of it may end. */
type Step = (walk: Walk, from: ReadonlySet<number>) => ReadonlySet<number>;

interface Reader {
  readonly pattern: string;
  at: number;
}

const LONGEST_PATTERN = 512;
const MOST_REPEATS = 253;
/** Enough for any pattern that a person writes. */
const MOST_LOOKS = 20_000;
const WITHOUT_END = Number.POSITIVE_INFINITY;

/**
 * A regular expression of Java's as String.matches takes it: all of the name has to match; null where it cannot be
 * told. Only what Java and this reader surely understand alike is followed: literals, `.`, classes, groups, `|`,
 * `* + ?`, `{n,m}`, `^ $`, and `\d \w \s`; for any other pattern there is null in place of an answer for all names.
 * All ways are walked at once, and only so far: no pattern takes long.
 */
export function hostPattern(pattern: string): ((name: string) => boolean | null) | null {
  if (pattern.length > LONGEST_PATTERN) return null;
  const reader: Reader = { pattern, at: 0 };
  const step = readChoice(reader);
  if (step === null || reader.at < pattern.length) return null;
  return (name) => {
    const walk: Walk = { text: name, left: MOST_LOOKS };
    const ends = step(walk, new Set([0]));
    return walk.left < 0 ? null : ends.has(name.length);
  };
}

function take(reader: Reader, expression: RegExp): string | null {
  expression.lastIndex = reader.at;
  const found = expression.exec(reader.pattern)?.[0] ?? null;
  if (found !== null) reader.at += found.length;
  return found;
}

const next = ({ pattern, at }: Reader) => pattern.charAt(at);

function readChoice(reader: Reader): Step | null {
  const choices: Step[] = [];
  do {
    const choice = readSequence(reader);
    if (choice === null) return null;
    choices.push(choice);
  } while (take(reader, /\|/y) !== null);
  return (walk, from) => new Set(choices.flatMap((choice) => [...choice(walk, from)]));
}

function readSequence(reader: Reader): Step | null {
  const steps: Step[] = [];
  while (next(reader) !== '' && !/[|)]/.test(next(reader))) {
    const step = readRepeated(reader);
    if (step === null) return null;
    steps.push(step);
  }
  return (walk, from) =>
    steps.reduce((places, step) => (places.size === 0 ? places : step(walk, places)), from);
}

function readRepeated(reader: Reader): Step | null {
  const anchor = /[$^]/.test(next(reader));
  const step = readOne(reader);
  const times = step === null ? null : take(reader, /[*+?]|\{\d{1,3}(?:,\d{0,3})?\}/y);
  if (step === null || times === null) return step;
  // Whether it takes much or little first makes no difference to whether all matches; taking all (`++`) does.
  take(reader, /\?/y);
  if (anchor || /[*+?{]/.test(next(reader))) return null;
  if (!times.startsWith('{')) return repeated(step, times === '+' ? 1 : 0, times === '?' ? 1 : WITHOUT_END);
  const [, least = '', comma = '', most = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(times) ?? [];
  const upTo = comma === '' ? Number(least) : most === '' ? WITHOUT_END : Number(most);
  return Number(least) > MOST_REPEATS || upTo < Number(least) ? null : repeated(step, Number(least), upTo);
}

function repeated(step: Step, least: number, most: number): Step {
  return (walk, from) => {
    let places = from;
    for (let times = 0; times < least && goesOn(walk, places); times += 1) places = step(walk, places);
    const all = new Set(places);
    // Only new places are gone on from: there are no more of them than letters.
    for (let times = least; times < most && goesOn(walk, places); times += 1) {
      places = step(walk, places).difference(all);
      for (const place of places) all.add(place);
    }
    return all;
  };
}

/** A round without a letter costs, too. */
function goesOn(walk: Walk, places: ReadonlySet<number>): boolean {
  walk.left -= 1;
  return walk.left >= 0 && places.size > 0;
}

function readOne(reader: Reader): Step | null {
  if (take(reader, /\((?:\?:)?/y) !== null) {
    const inner = next(reader) === '?' ? null : readChoice(reader);
    return inner !== null && take(reader, /\)/y) !== null ? inner : null;
  }
  if (take(reader, /\^/y) !== null) return places((_, place) => (place === 0 ? place : null));
  if (take(reader, /\$/y) !== null) return places((text, place) => (place === text.length ? place : null));
  const sign = take(
    reader,
    /\[\^?(?:[\w.:@%=/ ,-]|\\[dws.-])+\]|\\[dws]|\\[^A-Za-z0-9\n]|[^\\[\](){}*+?|^$]/y,
  );
  const test = sign === null ? null : expressionOf(sign);
  return test === null ? null : places((text, place) => (test.test(text.charAt(place)) ? place + 1 : null));
}

/** One look at every place: where does it lead? */
function places(look: (text: string, place: number) => number | null): Step {
  return (walk, from) => {
    walk.left -= from.size;
    if (walk.left < 0) return new Set();
    return new Set([...from].map((place) => look(walk.text, place)).filter((place) => place !== null));
  };
}

/** A class, an escape, or a letter that stands for itself: these mean the same in both languages. */
function expressionOf(sign: string): RegExp | null {
  try {
    return new RegExp(`^(?:${sign})$`);
  } catch {
    return null;
  }
}
