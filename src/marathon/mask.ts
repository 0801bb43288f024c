/** Shorter secrets are not looked for: they would hide words that are none. */
const SHORTEST = 6;
/** Stands in for a secret. */
export const MASK = '***';

/** Replaces secrets in texts by `MASK`, at every place the longest. However many there are, a text is walked once. */
export function createMask(secrets: readonly string[]): (text: string) => string {
  // By how they begin, then by their length, the longest first.
  const known = new Map<string, Map<number, Set<string>>>();
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length < SHORTEST) continue;
    const start = secret.slice(0, SHORTEST);
    const alike = known.get(start) ?? new Map<number, Set<string>>();
    known.set(start, alike.set(secret.length, (alike.get(secret.length) ?? new Set()).add(secret)));
  }
  if (known.size === 0) return (text) => text;
  return (text) => {
    let masked = '';
    let done = 0;
    for (let at = 0; at + SHORTEST <= text.length; at += 1) {
      const alike = known.get(text.slice(at, at + SHORTEST));
      if (alike === undefined) continue;
      const length = Array.from(alike).find(([size, all]) => all.has(text.slice(at, at + size)))?.[0];
      if (length === undefined) continue;
      masked += text.slice(done, at) + MASK;
      done = at + length;
      at = done - 1;
    }
    return masked + text.slice(done);
  };
}
