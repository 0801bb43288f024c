import { nearest } from './suggest.ts';

/** The ways to name a secret: the keys of a reference. */
export const REFERENCE_KEYS: readonly string[] = ['env', 'file', 'exec', 'prompt'];

/** Stands for whatever follows from the place of a secret on; of one length, so that it tells nothing. */
export const MASK = '••••••';

// What keys for secrets are called.
const WORDS = '(?:pass|pwd|\\bpw\\b|secret|token|cred|auth|key\\b)';
/** Whether a key may be one for a secret. */
export const SECRET_WORDS = new RegExp(WORDS, 'i');

/**
 * For each line of a text that is no valid YAML, the column (from 0) from which it is hidden, or -1: from the value of
 * a key for a secret on, and so the lines after it, up to the next key that is not indented deeper.
 */
export function hiddenColumns(lines: readonly string[]): readonly number[] {
  let secretIndent = -1;
  return lines.map((line) => {
    const indent = line.search(/[^ \t-]/);
    if (secretIndent !== -1 && indent !== -1 && (indent > secretIndent || !STARTS_WITH_KEY.test(line))) {
      return STARTS_WITH_REFERENCE.test(line) ? hiddenColumn(line) : indent;
    }
    if (indent !== -1)
      secretIndent = secretStart(line) !== -1 || ENDS_WITH_SECRET_KEY.test(line) ? indent : -1;
    return hiddenColumn(line);
  });
}

/** The column (from 0) of the first thing in a line that may be a secret, or -1. It rests on the line alone. */
export function hiddenColumn(line: string): number {
  const starts = [secretStart(line), userInfo(line)].filter((start) => start !== -1);
  return starts.length === 0 ? -1 : Math.min(...starts);
}

const STARTS_WITH_KEY = /^[\s-]*["']?[\w./[\]-]{1,300}(?::\d+)?["']?\s*:(?:\s|$)/;
const STARTS_WITH_REFERENCE =
  /^[\s-]*["']?(?:env["']?\s*:\s*["']?\w+["']?\s*(?:[,}#].*)?$|(?:file|exec|prompt)["']?\s*:)/;
// The bounds keep the search linear in the line. The blank after the colon, or the colon itself, may be forgotten.
const SECRET_KEY = new RegExp(`${WORDS}[\\w-]{0,40}["']?\\s{0,20}[:=]\\s{0,20}`, 'gi');
const SECRET_FIRST = new RegExp(
  `^[\\s-]{0,200}["']?[\\w-]{0,40}?${WORDS}[\\w-]{0,40}["']?\\s{1,20}(?![\\s:=#])`,
  'i',
);
const ENDS_WITH_SECRET_KEY =
  /(?:pass|pwd|secret|token|credential|auth)[\w-]{0,40}["']?\s{0,20}:\s*(?:#.*)?$/i;

/** The column of the first value that may be a secret, or -1. */
function secretStart(line: string): number {
  for (const match of line.matchAll(SECRET_KEY)) {
    const start = match.index + match[0].length;
    const value = line.slice(start, start + 200);
    if (isReference(value)) continue;
    // In `{ evn: X }` the key may be seen, as it explains the problem.
    const [opening = '', key = ''] = /^\{\s*(\w{2,8})\s*:\s*/.exec(value) ?? [];
    return nearest(key, REFERENCE_KEYS) === null ? start : start + opening.length;
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
    value === '' ||
    value.startsWith('#') ||
    /^\{\s*(env\s*:\s*\w+|(file|exec|prompt)\s*:.*)\s*\}?/.test(value)
  );
}
