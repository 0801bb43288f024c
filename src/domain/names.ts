// Longer runs of digits are kept as text: they would not survive the way through a number.
const MOST_DIGITS = 15;

/** A name cut into literal text (even places) and numeric fields (odd places), a field being `07` or `[03-11,40]`. */
type Parts = readonly string[];

/**
 * Names as an operator writes them, in the order of their first appearance: `agent-[03-11,40]`, `10.0.1.[1-40]`.
 * Zero padding is kept, so that expanding the result gives the same set of names back. Names hold no commas
 * or brackets: the inventory's rules see to that.
 */
export function foldList(names: Iterable<string>): readonly string[] {
  let folded: readonly Parts[] = Array.from(new Set(names), cut);
  const fields = folded.reduce((most, parts) => Math.max(most, parts.length), 0);
  // The last field of a name varies most often (10.0.1.7, agent-07), so it is folded first.
  for (let field = fields - (fields % 2 === 0 ? 1 : 2); field > 0; field -= 2)
    folded = foldField(folded, field);
  return folded.map((parts) => parts.join(''));
}

/** `foldList`, joined with commas: one word that `--limit` takes. */
export function foldNames(names: Iterable<string>): string {
  return foldList(names).join(',');
}

function cut(name: string): Parts {
  const parts = [''];
  for (const [index, piece] of name.split(/(\d+)/).entries()) {
    const number = index % 2 === 1 && piece.length <= MOST_DIGITS;
    if (number) parts.push(piece, '');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

/** Merges the names that differ in nothing but the given field. What is folded already counts as text. */
function foldField(names: readonly Parts[], field: number): readonly Parts[] {
  const groups = new Map<string, { readonly first: Parts; readonly values: string[] }>();
  for (const parts of names) {
    const value = parts[field];
    const key = value === undefined ? parts.join('\0') : parts.with(field, '\n').join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: parts, values: value === undefined ? [] : [value] });
    else if (value !== undefined) group.values.push(value);
  }
  return Array.from(groups.values(), ({ first, values }) =>
    values.length < 2 ? first : first.with(field, `[${runs(values)}]`),
  );
}

/** `03`, `04`, `05`, `40` as `03-05,40`. A run goes on only where counting from its start gives the same digits. */
function runs(values: readonly string[]): string {
  const sorted = values.toSorted((a, b) => Number(a) - Number(b) || a.length - b.length);
  const found: { readonly start: string; end: string }[] = [];
  const open = new Map<string, { readonly start: string; end: string }>();
  for (const value of sorted) {
    const run = open.get(value) ?? { start: value, end: value };
    if (!open.delete(value)) found.push(run);
    run.end = value;
    open.set(countOn(run.start, Number(value) + 1), run);
  }
  return found.map(({ start, end }) => (start === end ? start : `${start}-${end}`)).join(',');
}

/** `value` with the padding of `start`: only a leading zero asks for one. */
function countOn(start: string, value: number): string {
  return start.startsWith('0') ? String(value).padStart(start.length, '0') : String(value);
}
