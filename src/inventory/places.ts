import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Fault, Hidden } from './faults.ts';
import { hiddenColumns, MASK } from './hide-lines.ts';

/** A place as people count: from 1. The column counts UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Says where an offset of the text is. */
export function locator(text: string): (at: number) => Place {
  const starts = [0];
  for (let next = text.indexOf('\n'); next !== -1; next = text.indexOf('\n', next + 1)) starts.push(next + 1);
  return (at) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}

/**
 * Faults as problems, in the order of the text, each with its line. Secrets and control characters are masked; `hidden`
 * are the secrets that the tree has shown, beside those that a line shows by itself.
 */
export function toProblems(
  faults: readonly Fault[],
  text: string,
  file: string,
  hidden: readonly Hidden[],
): readonly Problem[] {
  const place = locator(text);
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const hiddenFrom = hideParts([...hiddenColumns(lines)], hidden, place);
  // Many problems may share a line, and a line may be a megabyte long: each is prepared once.
  const sources = new Map<number, string>();
  const source = (line: number): string => {
    const known = sources.get(line) ?? visible(lines[line - 1] ?? '', hiddenFrom[line - 1] ?? -1);
    sources.set(line, known);
    return known;
  };
  return faults
    .toSorted((a, b) => a.at - b.at)
    .map(({ code, message, hint, at }) => {
      const { line, column } = place(at);
      const from = hiddenFrom[line - 1] ?? -1;
      // What a message quotes may be the secret itself where its place is hidden.
      const words =
        from === -1 || column <= from ? message : message.replace(/".*"|the number \S+/s, `"${MASK}"`);
      return { code, message: words, hint, file, line, column, source: source(line) };
    });
}

function hideParts(
  columns: number[],
  hidden: readonly Hidden[],
  place: (at: number) => Place,
): readonly number[] {
  for (const { at, end } of hidden) {
    const [first, last] = [place(at), place(Math.max(at, end - 1))];
    for (let line = first.line; line <= last.line; line += 1) {
      const from = line === first.line ? first.column - 1 : 0;
      const known = columns[line - 1] ?? -1;
      columns[line - 1] = known === -1 ? from : Math.min(known, from);
    }
  }
  return columns;
}

function visible(line: string, hiddenFrom: number): string {
  const shown = hiddenFrom === -1 || hiddenFrom >= line.length ? line : line.slice(0, hiddenFrom) + MASK;
  // A control character would drive the terminal, and its escape would move the caret: one sign for one character.
  const sign = (character: string) =>
    character === '\t' || printable(character) === character ? character : '\ufffd';
  return Array.from(shown, (character) => sign(character).padEnd(character.length, '\ufffd')).join('');
}
