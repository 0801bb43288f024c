/**
 * The candidate that a mistyped word was most likely meant to be, or null: at most two edits away
 * (one in short words), or the only one that begins with what was typed.
 */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase().slice(0, 40);
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: edits(typed, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= (typed.replace(/^-+/, '').length > 4 ? 2 : 1))
    return best.candidate;
  const longer = typed.length < 3 ? [] : candidates.filter((candidate) => candidate.startsWith(typed));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const options = [at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + same];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) options.push(at(before, column - 2) + 1);
      current.push(Math.min(...options));
    }
    before = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
