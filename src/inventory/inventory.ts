import type { Inventory } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Fault } from './faults.ts';
import { hiddenParts } from './hide.ts';
import { parse } from './parse.ts';
import { locator, toProblems } from './places.ts';
import { readWritten } from './read.ts';
import { resolve } from './resolve.ts';
import type { Where } from './settings.ts';
import { decodeText } from './text.ts';

/** The smallest inventory that works, as the README has it. */
export const SMALLEST_INVENTORY = `registries:
  registry.example.com:
    username: ci-puller
    password: { env: REGISTRY_PASSWORD }
agents:
  - 10.0.1.[1-40]
`;

/**
 * The bytes of an inventory file as the resolved inventory, or everything that is wrong with it, in the order of the
 * text, each problem with its place, its line and what to do. No line shows a secret. Any bytes will do.
 */
export function readInventory(bytes: Uint8Array, where: Where): Result<Inventory, readonly Problem[]> {
  const decoded = decodeText(bytes);
  if (!decoded.ok) return err(toProblems([decoded.error.fault], decoded.error.text, where.file, []));
  const text = decoded.value;
  const parsed = parse(text);
  const faults: Fault[] = [...parsed.faults];
  if (parsed.tree === null) {
    if (faults.length === 0) faults.push(emptyFault());
    return err(toProblems(faults, text, where.file, []));
  }
  const place = locator(text);
  const inventory = resolve(readWritten(parsed.tree, faults), where, (at) => place(at).line, faults);
  if (faults.length === 0) return ok(inventory);
  return err(toProblems(faults, text, where.file, [...hiddenParts(parsed.tree), ...parsed.left]));
}

function emptyFault(): Fault {
  const hint = `The smallest inventory that works:\n${SMALLEST_INVENTORY.trimEnd()}`;
  return { code: 'INVENTORY_EMPTY', message: 'The inventory is empty.', hint, at: 0 };
}
