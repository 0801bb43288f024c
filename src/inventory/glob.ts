/**
 * Whether the text fits a pattern in which `*` stands for any characters and `?` for one. The only choice that is
 * ever taken back is the last star's, so that it takes at most pattern times text steps, whatever they are.
 */
export function fitsGlob(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  let [starAt, resumeAt] = [-1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      [starAt, resumeAt] = [p, t];
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (starAt !== -1) {
      resumeAt += 1;
      [p, t] = [starAt + 1, resumeAt];
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
