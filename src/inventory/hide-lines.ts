import { nearest } from '../lib/suggest.ts';

/** The ways to name a secret: the keys of a reference. */
export const REFERENCE_KEYS: readonly string[] = ['env', 'file', 'exec', 'prompt'];

/** Stands for whatever follows from the place of a secret on; of one length, so that it tells nothing. */
export const MASK = '••••••';

// What keys for secrets are called.
const WORDS = '(?:pass|pwd|\\bpw\\b|secret|token|cred|auth|key\\b)';
/** Whether a key may be one for a secret. */
export const SECRET_WORDS = new RegExp(WORDS, 'i');

/**
 * For each line of a text, valid YAML or not, the column (from 0) from which it is hidden, or -1: from the value of a
 * key for a secret on, and so the lines after it, up to the next key of an inventory that is not indented deeper.
 */
export function hiddenColumns(lines: readonly string[]): readonly number[] {
  let [secretIndent, onlyDeeper] = [-1, false];
  return lines.map((line, number) => {
    const indent = line.search(/[^ \t-]/);
    if (indent === -1) return -1;
    const goesOn = indent > secretIndent || !(onlyDeeper || STARTS_WITH_KEY.test(line));
    if (secretIndent !== -1 && goesOn) return REFERENCE_LINE.test(line) ? hiddenColumn(line) : indent;
    const comment = line[indent] === '#';
    // After a comment that gives a whole value, nothing more of the secret is to come.
    onlyDeeper = comment && !MORE_TO_COME.test(line);
    // A group or a registry may be called auth-servers: then keys of the inventory come next.
    const ends = ENDS_WITH_SECRET_KEY.test(line) && (!comment || MORE_TO_COME.test(line));
    const opens = ends && !STARTS_WITH_KEY.test(lines[number + 1] ?? '');
    secretIndent = opens || secretStart(line) !== -1 ? indent : -1;
    return hiddenColumn(line);
  });
}

/** The column (from 0) of the first thing in a line that may be a secret, or -1. It rests on the line alone. */
export function hiddenColumn(line: string): number {
  const starts = [secretStart(line), userInfo(line)].filter((start) => start !== -1);
  return starts.length === 0 ? -1 : Math.min(...starts);
}

// The keys of the inventory and the names of registries: what else looks like a key may be a part of the secret.
const KEYS =
  'registries|agents|groups|archive|checks|ssh|become|marathon|caFile|proof|username|host|name|user|port|identityFiles|hostKeys|knownHosts|connectTimeout|path|owner|group|mode|id|command|expect|timeout|method';
const STARTS_WITH_KEY = new RegExp(
  `^[\\s-]*["']?(?:${KEYS}|[\\w-]{1,99}\\.[\\w.:-]{1,300})["']?\\s*:(?:\\s|$)`,
);
const MORE_TO_COME = /[:=]\s*(?:[|>"'{[].*)?$/s;
const REFERENCE_LINE =
  /^[\s-]*["']?(?:env["']?\s*:\s*["']?\w+["']?\s*(?:[,}#].*)?$|(?:file|exec|prompt)["']?\s*:)/;
// The bounds keep the search linear in the line. The blank after the colon, or the colon itself, may be forgotten.
const SECRET_KEY = new RegExp(`${WORDS}[^\\s:=.]{0,40}\\s{0,20}#?[:=]`, 'gi');
const SECRET_FIRST = new RegExp(
  `^[\\s-]{0,200}["']?[\\w-]{0,40}?${WORDS}[^\\s:=.]{0,40}\\s{1,20}(?![\\s:=])`,
  'i',
);
// Without a colon it may also be a value, as in `expect: pass`.
const ENDS_WITH_SECRET_KEY = new RegExp(
  `${WORDS}[^\\s:=.]{0,40}\\s{0,20}:\\s*$|(?:^[^:]*|[{,]\\s{0,20}["']?)${WORDS}[^\\s:=.]{0,40}\\s*$`,
  'i',
);

/** The column of the first value that may be a secret, or -1. */
function secretStart(line: string): number {
  for (const match of line.matchAll(SECRET_KEY)) {
    const start = match.index + match[0].length;
    const value = line.slice(start, start + 200);
    if (isReference(value)) continue;
    // In `{ evn: X }` the key may be seen, as it explains the problem.
    const [opening = '', key = ''] = /^\s*\{\s*(\w{2,8})\s*:\s*/.exec(value) ?? [];
    const blanks = value.length - value.trimStart().length;
    return start + (nearest(key, REFERENCE_KEYS) === null ? blanks : opening.length);
  }
  return SECRET_FIRST.exec(line)?.[0].length ?? -1;
}

/** The column of the password in `https://user:password@host` and `user:password@host`, or -1. */
function userInfo(line: string): number {
  const match = /[^\s/]:(?=[^\s/@]{1,200}@)/.exec(line);
  return match === null ? -1 : match.index + 2;
}

function isReference(value: string): boolean {
  return (
    value.trim() === '' || /^\s*\{\s*(?:env\s*:\s*["']?\w+["']?\s*[,}]|(?:file|exec|prompt)\s*:)/.test(value)
  );
}
