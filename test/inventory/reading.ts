import type { Inventory, Target } from '../../src/domain/target.ts';
import type { Problem } from '../../src/errors/failure.ts';
import { readInventory } from '../../src/inventory/inventory.ts';

/** Where the tests' inventories lie. */
export const WHERE = { file: 'inv.yaml', directory: '/fleet', home: '/home/op', user: 'op' } as const;

/** Registries and agents, the least that an inventory needs; more lines go around them. */
export const REGISTRIES = 'registries:\n  r.example.com: { username: ci, password: { env: PW } }\n';
export const AGENTS = 'agents: [a1]\n';

export function read(text: string) {
  return readInventory(new TextEncoder().encode(text), WHERE);
}

/** The inventory, which must be a good one. */
export function good(text: string): Inventory {
  const result = read(text);
  if (!result.ok) throw new Error(`not a good inventory: ${JSON.stringify(result.error, null, 1)}`);
  return result.value;
}

/** The first agent of a minimal inventory with more lines. */
export function target(lines: string): Target {
  const [first] = good(`${REGISTRIES}${lines.includes('agents:') ? '' : AGENTS}${lines}`).targets;
  if (first === undefined) throw new Error('no agent');
  return first;
}

/** The problems of an inventory, which must have some. */
export function bad(text: string): readonly Problem[] {
  const result = read(text);
  if (result.ok) throw new Error('a good inventory');
  return result.error;
}

/** Each problem as `line:column CODE`. */
export function places(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}
