// Longer words are no slip of the finger, and comparing them would take a while.
const LONGEST_WORD = 64;

/**
 * The candidate that was probably meant: the same letters in another spelling (`identity_files`), or at most a third
 * of them mistyped (Damerau-Levenshtein distance, neighbours swapped count once). Null where nothing is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LONGEST_WORD) return null;
  const wanted = plainLetters(word);
  let best: string | null = null;
  let bestDistance = Math.floor(Math.max(word.length, 3) / 3) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > LONGEST_WORD / 3) continue;
    const distance =
      wanted !== '' && plainLetters(candidate) === wanted ? 0 : slips(word, candidate, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    if (distance === 0) break;
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const near = nearest(word, candidates);
  return near === null ? null : `Did you mean ${near}?`;
}

function plainLetters(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** How many slips lead from one word to the other; gives up, with `limit`, once there are that many. */
function slips(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const cheapest = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : limit,
      );
      row.push(cheapest);
    }
    if (Math.min(...row) >= limit) return limit;
    [beforeLast, last] = [last, row];
  }
  return last[to.length] ?? limit;
}
