import type { Hidden } from './faults.ts';
import { nearest } from './suggest.ts';
import { type Entry, follow, type MappingNode, type Tree } from './tree.ts';

/** The ways to name a secret: the keys of a reference. */
export const REFERENCE_KEYS: readonly string[] = ['env', 'file', 'exec', 'prompt'];

/** Stands for whatever follows from the place of a secret on; of one length, so that it tells nothing. */
export const MASK = '••••••';

// What keys for secrets are called.
const WORDS = '(?:pass|pwd|\\bpw\\b|secret|token|cred|auth|key\\b)';
const SECRET_WORDS = new RegExp(WORDS, 'i');
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The parts of the text that may hold a secret written in clear: whatever stands under a key that looks like one
 * for a secret, but for the keys and values of a well-formed reference.
 */
export function hiddenParts(tree: Tree): readonly Hidden[] {
  const hidden: Hidden[] = [];
  // Aliases make one node stand in many places; each is looked at once, in the open and below a secret's key.
  const seen = { open: new Set<Tree>(), secret: new Set<Tree>() };
  const visit = (node: Tree): void => {
    if (seen.open.has(node)) return;
    seen.open.add(node);
    if (node.kind === 'list') node.items.forEach(visit);
    if (node.kind !== 'mapping') return;
    for (const [key, entry] of node.entries) {
      if (looksSecret(key, node)) hideSecret(entry.value);
      else visit(entry.value);
    }
  };
  const hideSecret = (node: Tree): void => {
    if (seen.secret.has(node)) return;
    seen.secret.add(node);
    if (node.kind !== 'mapping') hidden.push({ at: node.at, end: node.end });
    else
      for (const [key, entry] of node.entries)
        if (!isReferenceEntry(key, entry)) hidden.push(wholeEntry(key, entry));
  };
  for (const registry of registriesOf(tree)) {
    for (const [key, entry] of registry.entries) {
      if (key === 'username') hideAfterColon(entry.value, hidden);
      // Whatever else a registry has may be its password, under a name that nobody thought of.
      else if (key !== 'proof') hideSecret(entry.value);
    }
  }
  visit(tree);
  return hidden;
}

function registriesOf(tree: Tree): readonly MappingNode[] {
  const registries = follow(tree, ['registries']);
  if (registries?.kind !== 'mapping') return [];
  return Array.from(registries.entries.values(), ({ value }) => value).filter(
    (value) => value.kind === 'mapping',
  );
}

function looksSecret(key: string, parent: MappingNode): boolean {
  if (SECRET_WORDS.test(key)) return true;
  // A mistyped key is refused with its line, so its value must be hidden as well.
  return key.length > 4 && !parent.entries.has('password') && nearest(key, ['password']) !== null;
}

function isReferenceEntry(key: string, { value }: Entry): boolean {
  if (key === 'env') return value.kind === 'scalar' && ENVIRONMENT_NAME.test(value.written);
  return REFERENCE_KEYS.includes(key);
}

/** The entry with its key, which in `{ hunter2 }` is the secret; a key that is known, or nearly, may be seen. */
function wholeEntry(key: string, entry: Entry): Hidden {
  return { at: nearest(key, REFERENCE_KEYS) === null ? entry.at : entry.value.at, end: entry.value.end };
}

/** `user:password` is no user name, but people write it. */
function hideAfterColon(node: Tree, hidden: Hidden[]): void {
  if (node.kind === 'scalar' && String(node.value).includes(':')) hidden.push({ at: node.at, end: node.end });
}

/**
 * For each line of the text, the column (from 0) from which it is hidden, or -1. It rests on the text alone, so that
 * it also serves where the text is no valid YAML.
 */
export function hiddenColumns(lines: readonly string[]): readonly number[] {
  // The indentation of the key whose value is hidden: what is indented deeper goes on with it.
  let below = Number.POSITIVE_INFINITY;
  return lines.map((line) => {
    const indent = line.search(/[^ \t-]/);
    if (indent > below && indent !== -1)
      return /^[\s-]*["']?(env|file|exec|prompt)["']?\s*:/.test(line) ? -1 : indent;
    if (indent !== -1) below = Number.POSITIVE_INFINITY;
    if (secretStart(line) !== -1 || ENDS_WITH_SECRET_KEY.test(line)) below = indent;
    return hiddenColumn(line);
  });
}

/** The column, from 0, of the first thing in a line that may be a secret, or -1. */
export function hiddenColumn(line: string): number {
  const starts = [secretStart(line), userInfo(line)].filter((start) => start !== -1);
  return starts.length === 0 ? -1 : Math.min(...starts);
}

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
