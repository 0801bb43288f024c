/** What the parser makes of the text: plain values that know where they stand. `at` and `end` are offsets. */
export type Tree = ScalarNode | ListNode | MappingNode;

interface Node {
  readonly at: number;
  readonly end: number;
  /** How many nodes this one stands for, aliases written out. */
  readonly size: number;
}

export interface ScalarNode extends Node {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As it is written, for values that lose something on the way: `0600`. */
  readonly written: string;
}

export interface ListNode extends Node {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}

export interface MappingNode extends Node {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A key with its place, and its value. */
export interface Entry {
  readonly at: number;
  readonly value: Tree;
}

/** The way from a node down to another: keys and indexes. */
export type Path = readonly (string | number)[];

/** `checks[0].timeout`, as people write it. */
export function dotted(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** The node at the path, or undefined where there is none. */
export function follow(tree: Tree | undefined, path: Path): Tree | undefined {
  let node = tree;
  for (const step of path) {
    if (node?.kind === 'mapping') node = node.entries.get(String(step))?.value;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** The offset of what the path names, or of the nearest thing above it that exists. */
export function locate(tree: Tree, path: Path): number {
  return (follow(tree, path) ?? follow(tree, path.slice(0, -1)) ?? tree).at;
}

/** The offset of a key, or of its mapping where the key is not there. */
export function locateKey(tree: Tree, path: Path, key: string): number {
  const node = follow(tree, path);
  return (node?.kind === 'mapping' ? node.entries.get(key)?.at : undefined) ?? locate(tree, path);
}

/**
 * The tree as JSON values, without the keys in `leaveOut` at its top. Objects have no prototype,
 * so that a key `__proto__` is a key like any other.
 */
export function plain(tree: Tree, leaveOut: readonly string[] = []): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map((item) => plain(item));
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of tree.entries) if (!leaveOut.includes(key)) object[key] = plain(entry.value);
  return object;
}

/** What a node is, in words, for "must be …, not …". */
export function found(tree: Tree | undefined, shown: (text: string) => string): string {
  if (tree === undefined) return 'nothing';
  if (tree.kind !== 'scalar') return tree.kind === 'list' ? 'a list' : 'a mapping';
  if (tree.value === null) return 'empty';
  if (typeof tree.value === 'string')
    return tree.value === '' ? 'an empty text' : `the text ${shown(tree.value)}`;
  return typeof tree.value === 'number' ? `the number ${tree.written.slice(0, 40)}` : tree.written;
}
