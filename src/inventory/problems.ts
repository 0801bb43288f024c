import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';

const MOST_PROBLEMS = 50;
const WINDOW = 100;
const INDENT = '    ';

/**
 * Problems as text for a terminal, in the order of their places, each with its line, a caret under the column and
 * what to do; the first 50, then how many more there are. Ends with a newline, unless there are none.
 */
export function formatProblems(problems: readonly Problem[]): string {
  const sorted = problems.toSorted(byPlace);
  const blocks = sorted.slice(0, MOST_PROBLEMS).map(formatProblem);
  const more = sorted.length - blocks.length;
  if (more > 0) blocks.push(`and ${more} more ${more === 1 ? 'problem' : 'problems'}`);
  return blocks.map((block) => `${block}\n`).join('');
}

function byPlace(a: Problem, b: Problem): number {
  const file = (a.file ?? '') < (b.file ?? '') ? -1 : Number((a.file ?? '') > (b.file ?? ''));
  return file || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function formatProblem({ file, line, column, message, hint, source }: Problem): string {
  const place = [file === undefined ? undefined : printable(file), line, column].filter(
    (part) => part !== undefined,
  );
  const head = place.length === 0 ? message : `${place.join(':')}: ${message}`;
  const excerpt =
    source === undefined || column === undefined || source.trim() === '' ? [] : caret(source, column);
  const [first = '', ...rest] = hint.split('\n');
  const advice = hint === '' ? [] : [`→ ${first}`, ...rest.map((text) => `${INDENT}${text}`)];
  return [head, ...excerpt, ...advice.map((text) => `  ${text}`)].join('\n');
}

/** The line, or the part of it around the column, and below it a caret. Tabs count as one blank. */
function caret(source: string, column: number): readonly string[] {
  const at = Math.min(column - 1, source.length);
  const start = source.length <= WINDOW ? 0 : Math.max(0, Math.min(at - WINDOW / 2, source.length - WINDOW));
  const end = start + WINDOW;
  const before = `${start > 0 ? '…' : ''}${source.slice(start, at)}`.replaceAll('\t', ' ').toWellFormed();
  const after = `${source.slice(at, end)}${end < source.length ? '…' : ''}`
    .replaceAll('\t', ' ')
    .toWellFormed();
  return [`${INDENT}${before}${after}`, `${INDENT}${' '.repeat(width(before))}^`];
}

// What terminals draw over two columns, and what they draw over the character before it (after Unicode TR 11).
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const ZERO = /\p{Mn}|\p{Me}/u;

function width(text: string): number {
  return Array.from(text).reduce(
    (sum, character) => sum + (ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1),
    0,
  );
}
