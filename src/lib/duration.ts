const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Node's timers wait 2,147,483,647 ms at most, and not at all for more: whole hours, with room for a grace period. */
const MOST_HOURS = 596;

/** The longest duration, in words for an operator. */
export const LONGEST_DURATION = `${MOST_HOURS}h`;

/** `500ms`, `20s`, `5m`, `12h` in milliseconds; `null` for anything else, and for zero or more than 596 hours. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  return ms > 0 && ms <= MOST_HOURS * UNITS.h ? ms : null;
}

/** Milliseconds as a person reads them: `12ms`, `3.4s`, `2m05s`, `1h02m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
