import { err, ok, type Result } from '../lib/result.ts';
import { shown } from './words.ts';

/** What is wrong with a range: words without a place, `at` the offset in its text. */
export interface RangeFault {
  readonly message: string;
  readonly hint: string;
  readonly at: number;
  /** How many names it stands for, where that is the trouble. */
  readonly count?: number;
}

/** One element of a bracket: `7`, `1-40`, `10-20/2`. `width` is its zero padding, 0 for none. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly width: number;
}
type Segment = string | readonly Span[];

const HINT = 'A range looks like 10.0.1.[1-40], edge-[01-12].example.com or rack[1-3]-node[1,4,10-20/2].';
// A host name has at most 253 characters (RFC 1035, 2.3.4, in text form); so no range builds longer ones.
const LONGEST_NAME = 253;

/**
 * The names that a range stands for, in order: brackets hold numbers, spans and spans with a step, zero padding is
 * kept, several brackets multiply, commas outside of brackets separate names. Text without brackets stands for
 * itself. The names are counted before any is made: more than `cap` is an error, however large the range.
 */
export function expandRange(text: string, cap: number): Result<readonly string[], RangeFault> {
  const names = parseRange(text);
  if (!names.ok) return names;
  const count = names.value.reduce((sum, segments) => sum + segments.reduce(times, 1), 0);
  if (count > cap)
    return fault(0, `${shown(text)} stands for ${howMany(count)} names, more than ${howMany(cap)}`, count);
  if (names.value.some(tooLong)) return fault(0, `a name has more than ${LONGEST_NAME} characters`);
  return ok(names.value.flatMap(multiply));
}

function fault(at: number, message: string, count?: number): Result<never, RangeFault> {
  return err(count === undefined ? { message, hint: HINT, at } : { message, hint: HINT, at, count });
}

function howMany(count: number): string {
  return count < 1e15 ? count.toLocaleString('en-US') : 'far too many';
}

function parseRange(text: string): Result<readonly (readonly Segment[])[], RangeFault> {
  const names: Segment[][] = [[]];
  let at = 0;
  // Every piece is one bracket, one comma, one stray bracket, or the text between them: linear in the text.
  for (const [piece, inside] of text.matchAll(/\[([^[\]]*)\]|[[\],]|[^[\],]+/g)) {
    const segments = names.at(-1) ?? [];
    if (inside !== undefined) {
      const spans = parseBracket(inside, at + 1);
      if (!spans.ok) return spans;
      segments.push(spans.value);
    } else if (piece === ',') names.push([]);
    else if (piece === ']') return fault(at, 'a "]" has no "[" before it');
    else if (piece === '[')
      return fault(
        at,
        `a "[" is ${text.indexOf('[', at + 1) === -1 ? 'never closed' : 'not closed before the next one'}`,
      );
    else segments.push(piece);
    at += piece.length;
  }
  if (names.some((segments) => segments.length === 0)) return fault(0, 'a name is empty');
  return ok(names);
}

function parseBracket(inside: string, start: number): Result<readonly Span[], RangeFault> {
  const spans: Span[] = [];
  let at = start;
  for (const element of inside.split(',')) {
    const span = parseSpan(element);
    if (typeof span === 'string') return fault(at, span);
    spans.push(span);
    at += element.length + 1;
  }
  return ok(spans);
}

function parseSpan(text: string): Span | string {
  if (text === '') return 'a range has an empty element between its brackets';
  const match = /^(\d{1,15})(?:-(\d{1,15})(?:\/(\d{1,15}))?)?$/.exec(text);
  if (match === null) return `${shown(text)} is neither a number nor a span such as 1-40 or 10-20/2`;
  const [, first = '', last = first, step = '1'] = match;
  if (Number(first) > Number(last)) return `${shown(text)} runs backwards; the smaller number goes first`;
  if (Number(step) === 0) return `${shown(text)} has a step of 0`;
  const padded = first.length > 1 && first.startsWith('0');
  if (last.length > 1 && last.startsWith('0') && last.length !== first.length) {
    return `${shown(text)} pads its two ends differently; write both with as many digits`;
  }
  return { first: Number(first), last: Number(last), step: Number(step), width: padded ? first.length : 0 };
}

const size = (span: Span): number => Math.floor((span.last - span.first) / span.step) + 1;

function times(product: number, segment: Segment): number {
  return typeof segment === 'string' ? product : product * segment.reduce((sum, span) => sum + size(span), 0);
}

function tooLong(segments: readonly Segment[]): boolean {
  const digits = (most: number, span: Span) => Math.max(most, span.width, `${span.last}`.length);
  const longest = (segment: Segment) =>
    typeof segment === 'string' ? segment.length : segment.reduce(digits, 0);
  return segments.reduce((sum, segment) => sum + longest(segment), 0) > LONGEST_NAME;
}

function multiply(segments: readonly Segment[]): readonly string[] {
  let names: readonly string[] = [''];
  for (const segment of segments) {
    const texts = typeof segment === 'string' ? [segment] : segment.flatMap(numbers);
    names = names.flatMap((name) => texts.map((text) => name + text));
  }
  return names;
}

function numbers(span: Span): readonly string[] {
  return Array.from({ length: size(span) }, (_, n) =>
    String(span.first + n * span.step).padStart(span.width, '0'),
  );
}
