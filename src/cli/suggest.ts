import { nearest } from '../lib/suggest.ts';

/** The candidate that a word was most likely meant to be, or null: near to it, or the only one that begins with it. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase();
  const longer = typed.length < 3 ? [] : candidates.filter((candidate) => candidate.startsWith(typed));
  return nearest(typed, candidates) ?? (longer.length === 1 ? (longer[0] ?? null) : null);
}
