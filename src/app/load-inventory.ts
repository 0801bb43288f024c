import { dirname, resolve } from 'node:path';
import type { Inventory } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { readInventoryFile } from '../files/inventory-file.ts';
import { createSshConfigFiles } from '../files/ssh-config-files.ts';
import { readInventory } from '../inventory/inventory.ts';
import type { Result } from '../lib/result.ts';
import { readSshConfig } from '../ssh-config/apply.ts';
import type { World } from './world.ts';

/** Reads and resolves an inventory file, and the ssh_config under it, or says all that is wrong with them. */
export async function loadInventory(
  path: string,
  world: World,
): Promise<Result<Inventory, readonly Problem[]>> {
  const bytes = await readInventoryFile(path);
  if (!bytes.ok) return bytes;
  const { home, username: user, userId: uid, hostname, directory } = world;
  const inventory = readInventory(bytes.value, { file: path, directory: dirname(resolve(path)), home, user });
  if (!inventory.ok) return inventory;
  const files = await createSshConfigFiles(uid);
  const env = (name: string) => world.env[name];
  return readSshConfig(inventory.value, files, {
    home,
    user,
    uid,
    hostname,
    directory,
    env,
    homeOf: files.homeOf,
  });
}
