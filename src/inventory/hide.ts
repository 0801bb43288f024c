import { nearest } from '../lib/suggest.ts';
import type { Hidden } from './faults.ts';
import { REFERENCE_KEYS, SECRET_WORDS } from './hide-lines.ts';
import { type Entry, follow, type MappingNode, type Tree } from './tree.ts';

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
      if (looksSecret(key, node) && !isStructure(entry.value)) hideSecret(entry.value);
      else visit(entry.value);
    }
  };
  const hideSecret = (node: Tree): void => {
    if (seen.secret.has(node)) return;
    seen.secret.add(node);
    if (node.kind !== 'mapping') {
      hidden.push({ at: node.at, end: node.end });
      return;
    }
    const strange = Array.from(node.entries).filter(([key, entry]) => !isReferenceEntry(key, entry));
    for (const [key, entry] of strange) hidden.push(wholeEntry(key, entry));
  };
  for (const registry of registriesOf(tree)) {
    for (const [key, entry] of registry.entries) {
      if (key === 'username') hideAfterColon(entry.value, hidden);
      // Whatever else a registry has may be its password, under a name that nobody thought of.
      else if (key !== 'proof') hideSecret(entry.value);
    }
  }
  // Nor does anybody know under which name Marathon's token stands, or whether it has one.
  const marathon = follow(tree, ['marathon']);
  if (marathon?.kind === 'mapping') {
    for (const [key, entry] of marathon.entries) if (key !== 'caFile') hideSecret(entry.value);
  } else if (marathon?.kind === 'list' || typeof marathon?.value === 'string') hideSecret(marathon);
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

/** A group or a registry whose name only looks like that of a secret: `auth-servers`. */
function isStructure(node: Tree): boolean {
  return node.kind === 'mapping' && (node.entries.has('agents') || node.entries.has('username'));
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
