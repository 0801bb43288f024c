import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  Parser,
} from 'yaml';
import { err, ok, type Result } from '../lib/result.ts';
import type { Fault, Hidden } from './faults.ts';
import type { Entry, ScalarNode, Tree } from './tree.ts';
import { syntaxFaults, YAML_FAULTS } from './yaml-words.ts';

/** A YAML text as a tree, `null` where it is empty or broken, and everything that is wrong with it as YAML. */
export interface Parsed {
  readonly tree: Tree | null;
  readonly faults: readonly Fault[];
  /** What the text holds and the tree does not: values of keys that are refused. It may be anything, and is not shown. */
  readonly left: readonly Hidden[];
}

// An inventory is six levels deep; the parser keeps about two entries per level. Its composer is recursive.
const DEEPEST = 64;
// What all aliases of a file may stand for together: enough for shared settings, far too little for a "billion laughs".
const MOST_ALIASED = 20_000;
// After so many tokens that belong nowhere the text is no YAML at all, and the rest is not looked at.
const MOST_STRAY = 1_000;

/**
 * Reads YAML 1.2 (core schema), one document, without tags and directives. Anchors and aliases are followed, but
 * shared instead of copied, so that they cannot explode. Duplicate keys are faults, and the first one counts.
 */
export function parse(text: string): Parsed {
  const composed = compose(text);
  if (!composed.ok) return broken(composed.error);
  const [document, second] = composed.value;
  if (document === undefined) return broken();
  if (second !== undefined) return broken({ ...YAML_FAULTS.secondDocument, at: second.range[0] });
  if (document.errors.length > 0) return { ...broken(), faults: syntaxFaults(document.errors, text) };
  const builder: Builder = { faults: [], left: [], anchors: new Map(), aliased: 0 };
  const tree = document.contents === null ? null : build(document.contents, builder);
  const empty = tree?.kind === 'scalar' && tree.value === null;
  return { tree: empty ? null : tree, faults: builder.faults, left: builder.left };
}

function broken(...faults: readonly Fault[]): Parsed {
  return { tree: null, faults, left: [] };
}

function compose(text: string): Result<readonly Document.Parsed[], Fault> {
  const parser = new Parser();
  // Duplicate keys are found by `buildMapping`, in linear time.
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false });
  const documents: Document.Parsed[] = [];
  let stray = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive') return err({ ...YAML_FAULTS.directive, at: token.offset });
      documents.push(...composer.next(token));
      if (token.type === 'error') stray += 1;
    }
    if (stray > MOST_STRAY) break;
    if (parser.stack.length > DEEPEST) return err({ ...YAML_FAULTS.tooDeep, at: parser.offset });
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(false, text.length));
  return ok(documents);
}

interface Builder {
  readonly faults: Fault[];
  readonly left: Hidden[];
  /** Null while the anchored node is still being built. */
  readonly anchors: Map<string, Tree | null>;
  aliased: number;
}

function nothing(at: number): ScalarNode {
  return { kind: 'scalar', at, end: at, size: 1, value: null, written: '' };
}

function build(node: ParsedNode, builder: Builder): Tree {
  const at = node.range[0];
  if (isAlias(node)) return buildAlias(node.source, at, builder);
  if (node.tag !== undefined) builder.faults.push({ ...YAML_FAULTS.tag, at });
  if (node.anchor !== undefined) builder.anchors.set(node.anchor, null);
  const tree = isMap(node)
    ? buildMapping(node, builder)
    : isSeq(node)
      ? buildList(node, builder)
      : buildScalar(node);
  if (node.anchor !== undefined) builder.anchors.set(node.anchor, tree);
  return tree;
}

function buildAlias(name: string, at: number, builder: Builder): Tree {
  const target = builder.anchors.get(name);
  const within = builder.aliased <= MOST_ALIASED;
  builder.aliased += target?.size ?? 0;
  if (target && builder.aliased <= MOST_ALIASED) return target;
  if (target === undefined) builder.faults.push({ ...YAML_FAULTS.unknownAlias, at });
  else if (target === null) builder.faults.push({ ...YAML_FAULTS.ownAlias, at });
  else if (within) builder.faults.push({ ...YAML_FAULTS.tooManyAliases, at });
  return nothing(at);
}

function buildScalar(node: Extract<ParsedNode, { type?: string; source: string; value: unknown }>): Tree {
  const [at, end] = node.range;
  const { value, source } = node;
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', at, end, size: 1, value: known ? value : null, written: source };
}

function buildList(node: Extract<ParsedNode, { items: ParsedNode[] }>, builder: Builder): Tree {
  const [at, end] = node.range;
  const items = node.items.map((item) => build(item, builder));
  return { kind: 'list', at, end, size: items.reduce((sum, item) => sum + item.size, 1), items };
}

function buildMapping(node: Extract<ParsedNode, { items: { key: ParsedNode }[] }>, builder: Builder): Tree {
  const [at, end] = node.range;
  const entries = new Map<string, Entry>();
  let size = 1;
  for (const { key, value } of node.items) {
    const tree = value === null ? nothing(key.range[1]) : build(value, builder);
    // A key such as 5000 or true is a name like any other here.
    const name = !isScalar(key) ? '' : typeof key.value === 'string' ? key.value : key.source;
    const keyAt = key.range[0];
    const refused = refusal(name, entries);
    if (refused === null) entries.set(name, { at: keyAt, value: tree });
    else {
      builder.faults.push({ ...refused, at: keyAt });
      builder.left.push({ at: isScalar(key) ? tree.at : keyAt, end: Math.max(tree.end, key.range[1]) });
    }
    size += tree.size;
  }
  return { kind: 'mapping', at, end, size, entries };
}

function refusal(name: string, entries: ReadonlyMap<string, Entry>): Omit<Fault, 'at'> | null {
  if (name === '<<') return YAML_FAULTS.mergeKey;
  if (name === '') return YAML_FAULTS.key;
  return entries.has(name) ? YAML_FAULTS.duplicateKey : null;
}
