import type { Inventory, MarathonSpec, RegistrySpec } from '../domain/target.ts';
import { didYouMean } from '../lib/suggest.ts';
import { resolveAgents } from './agents.ts';
import type { Fault } from './faults.ts';
import type { Settings, Written, WrittenInventory, WrittenRegistry } from './read.ts';
import type { Part } from './schema.ts';
import { registryName, resolvePath, resolveSecret, type Where } from './settings.ts';
import { locate } from './tree.ts';
import { inventoryWarnings, registryWarnings } from './warnings.ts';
import { shown } from './words.ts';

/** The written inventory, resolved. It holds only what is sound: use it where no faults have been found. */
export function resolve(
  written: WrittenInventory,
  where: Where,
  lineOf: (at: number) => number,
  faults: Fault[],
): Inventory {
  const registries = resolveRegistries(written.registries, where, lineOf, faults);
  for (const part of [written.top, ...written.groups, ...written.agents])
    checkSettings(part, written.registries, faults);
  const targets = resolveAgents(written, { registries, where, lineOf }, faults);
  const warnings = [...registryWarnings(written.registries), ...inventoryWarnings(targets)];
  const marathon = resolveMarathon(written.top.value?.marathon, where);
  return { file: where.file, registries, targets, marathon, warnings };
}

function resolveMarathon(
  { token, caFile }: NonNullable<Part<'top'>['marathon']> = {},
  where: Where,
): MarathonSpec {
  return {
    token: token === undefined ? null : resolveSecret(token, where),
    caFile: caFile === undefined ? null : resolvePath(caFile, where),
  };
}

function resolveRegistries(
  written: readonly WrittenRegistry[],
  where: Where,
  lineOf: (at: number) => number,
  faults: Fault[],
): readonly RegistrySpec[] {
  const seen = new Map<string, number>();
  const specs: RegistrySpec[] = [];
  for (const { name, at, value } of written) {
    if (name === null) continue;
    // Host names do not tell upper from lower case.
    const key = name.name.toLowerCase();
    const before = seen.get(key);
    if (before !== undefined) {
      const message = `This registry is ${name.name}, which is in line ${lineOf(before)} already.`;
      faults.push({
        code: 'DUPLICATE_REGISTRY',
        at,
        message,
        hint: 'A registry has one credential. Keep one of the two.',
      });
    }
    seen.set(key, before ?? at);
    if (value === null) continue;
    const { username, password, proof = 'agent' } = value;
    specs.push({ name: name.name, username, password: resolveSecret(password, where), proof });
  }
  return specs;
}

/** What a schema cannot see: that ids are unique, and that the registries named are there. */
function checkSettings(
  { value, tree }: Written<Settings>,
  registries: readonly WrittenRegistry[],
  faults: Fault[],
): void {
  const ids = new Set<string>();
  for (const [index, { id }] of (value?.checks ?? []).entries()) {
    const message = `The check ${shown(id)} is there twice.`;
    const hint = 'Ids of checks are unique: reports name the checks by them.';
    if (ids.has(id))
      faults.push({ code: 'DUPLICATE_CHECK', at: locate(tree, ['checks', index, 'id']), message, hint });
    ids.add(id);
  }
  const keys = value?.registries;
  if (keys === undefined) return;
  const known = new Set(registries.flatMap(({ key, name }) => [key, ...(name === null ? [] : [name.name])]));
  for (const [index, key] of keys.entries()) {
    if (known.has(key) || known.has(registryName(key))) continue;
    const at = locate(tree, ['registries', index]);
    const hint =
      didYouMean(key, known) ?? `The registries at the top level: ${Array.from(known).join(', ')}.`;
    faults.push({
      code: 'REGISTRY_UNKNOWN',
      at,
      message: `The inventory has no registry ${shown(key)}.`,
      hint,
    });
  }
}
