import type { Fault } from './faults.ts';
import { type Read, readPart } from './parts.ts';
import { type RegistryName, readRegistryName } from './registry-name.ts';
import { agentNameRule } from './rules.ts';
import type { Part } from './schema.ts';
import { found, type MappingNode, type Tree } from './tree.ts';
import { EXPECTED, shown, type Word } from './words.ts';

const SOUND: ReadonlySet<string> = new Set();

/** Settings that the top level, a group or an agent may have. */
export type Settings = Part<'group'>;

/** A part with its place. What is wrong with it has been said. */
export interface Written<Value> extends Read<Value> {
  readonly tree: Tree;
}

/** A registry as written; `name` is null where its key is none. */
export interface WrittenRegistry extends Written<Part<'registry'>> {
  readonly key: string;
  readonly at: number;
  readonly name: RegistryName | null;
}

export interface WrittenGroup extends Written<Settings> {
  readonly name: string;
}

/** A line of the inventory: one host, or a range. */
export interface WrittenAgent extends Written<Settings> {
  readonly host: string;
  /** A host of a mapping may be an IPv6 address. */
  readonly mapped: boolean;
  readonly name: string | null;
  readonly group: WrittenGroup | null;
}

/** The inventory as written, each part checked by itself; agents in the order of the file. */
export interface WrittenInventory {
  readonly registries: readonly WrittenRegistry[];
  readonly top: Written<Part<'top'>>;
  readonly groups: readonly WrittenGroup[];
  readonly agents: readonly WrittenAgent[];
}

/** Reads every part of the tree. What is wrong goes into `faults`, and the rest is read all the same. */
export function readWritten(tree: Tree, faults: Fault[]): WrittenInventory {
  const top = { tree, ...readPart('top', tree, ['registries', 'agents', 'groups'], faults) };
  const groups: WrittenGroup[] = [];
  if (tree.kind !== 'mapping') return { registries: [], top, groups, agents: [] };
  const agents: WrittenAgent[] = [];
  const before = faults.length;
  for (const [key, { value }] of tree.entries) {
    if (key === 'agents') readAgents(value, null, agents, faults);
    if (key === 'groups') readGroups(value, groups, agents, faults);
  }
  if (agents.length === 0 && faults.length === before) {
    const hint = `Write the hosts: ${EXPECTED.agents.hint}`;
    faults.push({
      code: 'NO_AGENTS',
      at: tree.entries.get('agents')?.at ?? tree.at,
      message: 'The inventory has no agents.',
      hint,
    });
  }
  return { registries: readRegistries(tree, faults), top, groups, agents };
}

function unexpected(node: Tree, name: string, word: Word): Fault {
  const { what, hint } = EXPECTED[word];
  return {
    code: 'WRONG_VALUE',
    at: node.at,
    message: `${name} must be ${what}, not ${found(node, shown)}.`,
    hint,
  };
}

function readRegistries(tree: MappingNode, faults: Fault[]): readonly WrittenRegistry[] {
  const node = tree.entries.get('registries')?.value;
  if (node?.kind === 'mapping' && node.entries.size > 0) {
    return Array.from(node.entries, ([key, { at, value }]) => {
      const name = readRegistryName(key);
      if (!name.ok)
        faults.push({ code: 'REGISTRY_NAME', at, message: `${name.error.message}.`, hint: name.error.hint });
      const part = readPart('registry', value, [], faults);
      return { key, at, tree: value, name: name.ok ? name.value : null, ...part };
    });
  }
  const { hint } = EXPECTED.registriesMap;
  if (node === undefined)
    faults.push({ code: 'MISSING_KEY', at: tree.at, message: 'registries is missing.', hint });
  else faults.push(unexpected(node, 'registries', 'registriesMap'));
  return [];
}

function readGroups(node: Tree, groups: WrittenGroup[], agents: WrittenAgent[], faults: Fault[]): void {
  if (node.kind !== 'mapping') {
    faults.push(unexpected(node, 'groups', 'groups'));
    return;
  }
  for (const [name, { at, value }] of node.entries) {
    const words = agentNameRule(name);
    const message = `The name of a group ${words?.message}.`;
    if (words !== null) faults.push({ code: 'WRONG_VALUE', at, message, hint: words.hint });
    const group = { name, tree: value, ...readPart('group', value, ['agents'], faults) };
    groups.push(group);
    if (value.kind !== 'mapping') continue;
    const list = value.entries.get('agents')?.value;
    if (list !== undefined) readAgents(list, group, agents, faults);
    else faults.push({ code: 'MISSING_KEY', at, message: 'agents is missing.', hint: EXPECTED.agents.hint });
  }
}

function readAgents(node: Tree, group: WrittenGroup | null, agents: WrittenAgent[], faults: Fault[]): void {
  if (node.kind !== 'list') {
    faults.push(unexpected(node, 'agents', 'agents'));
    return;
  }
  for (const tree of node.items) {
    if (tree.kind === 'scalar' && typeof tree.value === 'string') {
      agents.push({ tree, value: {}, broken: SOUND, host: tree.value, mapped: false, name: null, group });
    } else if (tree.kind === 'mapping') {
      const { value, broken } = readPart('agent', tree, [], faults);
      if (value === null || broken.has('name')) continue;
      const { host, name, ...settings } = value;
      agents.push({ tree, value: settings, broken, host, mapped: true, name: name ?? null, group });
    } else faults.push(unexpected(tree, 'An agent', 'agent'));
  }
}
