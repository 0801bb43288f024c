import { formatDuration } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import { widthOf } from './width.ts';

/** How wide a column of these names is: as the longest, but at most two fifths of the window. */
export function nameColumn(agents: Iterable<{ readonly name: string }>, columns: number): number {
  return columnFor(longestName(agents), columns);
}

/** The same, where the longest is known: a frame has no time to look at ten thousand names. */
export function columnFor(longest: number, columns: number): number {
  return Math.min(longest, Math.max(8, Math.floor(columns * 0.4)));
}

/** How many columns the longest of these names takes. */
export function longestName(agents: Iterable<{ readonly name: string }>): number {
  let longest = 4;
  for (const { name } of agents) longest = Math.max(longest, widthOf(printable(name)));
  return longest;
}

/** A time that still runs, in whole seconds: tenths would make every line change with every frame. */
export function clock(ms: number): string {
  return ms < 59_500 ? `${Math.floor(ms / 1_000)}s` : formatDuration(ms);
}
