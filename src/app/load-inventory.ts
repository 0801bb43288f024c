import { dirname, resolve } from 'node:path';
import type { Inventory } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { readInventoryFile } from '../files/inventory-file.ts';
import { readInventory } from '../inventory/inventory.ts';
import type { Result } from '../lib/result.ts';
import type { World } from './world.ts';

/** Reads and resolves an inventory file, or says all that is wrong with it. */
export async function loadInventory(
  path: string,
  world: World,
): Promise<Result<Inventory, readonly Problem[]>> {
  const bytes = await readInventoryFile(path);
  if (!bytes.ok) return bytes;
  const { home, username: user } = world;
  return readInventory(bytes.value, { file: path, directory: dirname(resolve(path)), home, user });
}
