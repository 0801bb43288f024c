/**
 * Does a name match a pattern of `*` and `?`, as ssh(1) matches host names? Both in lower case. Linear in both:
 * only the last `*` is ever tried again, so no pattern can explode.
 */
export function matchesWildcard(name: string, pattern: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let p = 0;
  while (at < name.length) {
    if (pattern[p] === '*') {
      star = p;
      retry = at;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[at])) {
      p += 1;
      at += 1;
    } else if (star >= 0) {
      retry += 1;
      at = retry;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** The same for one pattern that many names are held against: most differ from it at their ends already. */
export function wildcardMatcher(pattern: string): (name: string) => boolean {
  const [head = ''] = pattern.split(/[*?]/, 1);
  const tail = pattern.slice(pattern.search(/[^*?]*$/));
  return (name) => name.startsWith(head) && name.endsWith(tail) && matchesWildcard(name, pattern);
}

/** A comma-separated list of patterns, of which some may be negated: a negated match refuses the whole list. */
export function matchesPatternList(name: string, patterns: readonly string[]): boolean {
  const negated = patterns.some(
    (pattern) => pattern.startsWith('!') && matchesWildcard(name, pattern.slice(1)),
  );
  return !negated && patterns.some((pattern) => !pattern.startsWith('!') && matchesWildcard(name, pattern));
}
