/**
 * One word for a POSIX shell: single quotes, with embedded quotes closed, escaped and reopened
 * (POSIX.1-2017, Shell Command Language, 2.2.2). Throws on NUL, which no shell word can hold.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Error('a shell word cannot hold a NUL character');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A word as an operator may copy it into a shell: bare where no shell reads anything into it, else quoted. */
export function shellWord(word: string): string {
  return /^[\w./:][\w./:@%+-]*$/.test(word) ? word : quote(word);
}
