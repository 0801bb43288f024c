import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { err, ok, type Result } from '../lib/result.ts';
import type { Json, Way } from './json.ts';

/** A place in the text, from 1; columns count UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A JSON text, read, that remembers where everything was. */
export interface Document {
  readonly value: Json;
  /** Where this part begins; of one that is not there, the nearest part around it that is. */
  readonly placeOf: (way: Way) => Place;
  /** Names that an object has more than once, by the way to their last value: that one counts. */
  readonly repeated: readonly Way[];
}

/** Why a text is no JSON. */
export interface NotJson extends Place {
  /** In a few words, for the middle of a sentence. */
  readonly why: string;
}

/** More than ZooKeeper stores in one node, and so more than Marathon takes (jute.maxbuffer). */
const LONGEST = 1_048_576;
/** The parser calls itself for every level. */
const DEEPEST = 200;

/** Reads JSON as RFC 8259 has it: no comments, no trailing commas. Any text gives a value. */
export function readDocument(written: string): Result<Document, NotJson> {
  const text = written.replace(/^\ufeff/, '');
  const places = placesIn(text);
  const not = (offset: number, why: string) => err({ ...places(offset), why });
  if (text.length > LONGEST) return not(0, 'it is longer than a megabyte');
  if (text.trim() === '') return not(0, 'it is empty');
  const deep = tooDeep(text);
  if (deep !== null) return not(deep, `it is nested deeper than ${DEEPEST} levels`);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) return not(first.offset, inWords(printParseErrorCode(first.error)));
  const value = parsed(text);
  if (root === undefined || value === undefined) return not(0, 'it is not valid');
  return ok({
    value,
    placeOf: (way) => places(nodeAt(root, way).offset),
    repeated: repeatedNames(root),
  });
}

/** The last of several members counts, and `__proto__` is a member like any other. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function tooDeep(text: string): number | null {
  let depth = 0;
  for (const { 0: sign, index } of text.matchAll(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[[\]{}]/g)) {
    if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
    if (depth > DEEPEST) return index;
  }
  return null;
}

function placesIn(text: string): (offset: number) => Place {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|[\n\r]/g), (found) => found.index + found[0].length)];
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function nodeAt(root: Node, way: Way): Node {
  let node = root;
  for (const step of way) {
    const next =
      typeof step === 'number'
        ? node.type === 'array'
          ? node.children?.[step]
          : undefined
        : lastMember(node, step)?.children?.[1];
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function lastMember(node: Node, name: string): Node | undefined {
  if (node.type !== 'object') return undefined;
  return node.children?.findLast(({ children }) => children?.[0]?.value === name);
}

function repeatedNames(root: Node): readonly Way[] {
  const found: Way[] = [];
  const visit = (node: Node, way: Way) => {
    const names = new Map<string, number>();
    for (const [index, child] of (node.children ?? []).entries()) {
      const [key, value] = node.type === 'object' ? (child.children ?? []) : [null, child];
      const step = key === null || key === undefined ? index : String(key.value);
      if (value === undefined) continue;
      if (typeof step === 'string') names.set(step, (names.get(step) ?? 0) + 1);
      visit(value, [...way, step]);
    }
    for (const [name, times] of names) if (times > 1) found.push([...way, name]);
  };
  visit(root, []);
  return found;
}

const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that JSON does not know',
  InvalidNumberFormat: 'a number that JSON does not know',
  PropertyNameExpected: 'a name in double quotes is expected (JSON has no trailing commas)',
  ValueExpected: 'a value is expected (JSON has no trailing commas)',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace is expected',
  CloseBracketExpected: 'a closing bracket is expected',
  EndOfFileExpected: 'something stands after its end',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfComment: 'JSON has no comments',
  UnexpectedEndOfString: 'a string has no end',
  UnexpectedEndOfNumber: 'a number has no end',
  InvalidUnicode: 'an escape that JSON does not know',
  InvalidEscapeCharacter: 'an escape that JSON does not know',
  InvalidCharacter: 'a control character that has to be escaped',
};

function inWords(code: string): string {
  return WORDS[code] ?? 'it is not valid';
}
