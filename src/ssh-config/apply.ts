import type { Inventory, Target, Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { createComplaints } from './complaints.ts';
import type { SshConfig, Where } from './config.ts';
import type { ConfigDisk } from './include.ts';
import { loadSshConfig } from './load.ts';
import { createReach, type Reached } from './reach.ts';

/** The ssh_config that the inventory names for an agent: a file, `none`, or null for the usual pair. */
const configFileOf = ({ ssh }: Target): string | null => ssh.written.configFile ?? null;

/** This machine needs no SSH. */
const isReached = ({ ssh }: Target) => ssh.transport !== 'local';

/** The ssh program reads ssh_config itself, understands all of it, and complains of what it does not. */
const isOwnClient = ({ ssh }: Target) => ssh.transport === 'ssh2';

/**
 * Reads the ssh_config files that the agents of an inventory need and lays them under it: see `applySshConfig`. What
 * only the ssh program needs may be wrong here: it may be newer than what this program knows.
 */
export async function readSshConfig(
  inventory: Inventory,
  disk: ConfigDisk,
  where: Where,
): Promise<Result<Inventory, readonly Problem[]>> {
  const targets = inventory.targets.filter((target) => isReached(target) && configFileOf(target) !== 'none');
  const needed = new Set(targets.filter(isOwnClient).map(configFileOf));
  const configs = new Map<string | null, SshConfig>();
  const problems: Problem[] = [];
  for (const file of new Set(targets.map(configFileOf))) {
    const config = await loadSshConfig(file, disk, where);
    if (config.ok) configs.set(file, config.value);
    else if (needed.has(file)) problems.push(...config.error);
  }
  if (problems.length > 0) return err(problems);
  return applySshConfig(inventory, (file) => configs.get(file) ?? null, where);
}

/**
 * Every agent as it is reached: what the inventory says over what ssh_config says, jump hosts and all. `configFor`
 * has the files, null standing for the usual pair. What cannot be honoured becomes a problem or a warning, with its
 * agents.
 */
export function applySshConfig(
  inventory: Inventory,
  configFor: (configFile: string | null) => SshConfig | null,
  where: Where,
): Result<Inventory, readonly Problem[]> {
  const complaints = createComplaints();
  const reaches = new Map<string | null, (target: Target) => Reached>();
  const doubts = new Set<Warning>();
  const targets = inventory.targets.map((target) => {
    if (!isReached(target)) return target;
    const file = configFileOf(target);
    const config = file === 'none' ? null : configFor(file);
    const reach = reaches.get(file) ?? createReach(config, where);
    reaches.set(file, reach);
    const { hop, complaints: found } = reach(target);
    if (isOwnClient(target)) {
      for (const doubt of config?.doubts ?? []) doubts.add(doubt);
      for (const complaint of found) complaints.add(complaint, target.name);
    }
    return { ...target, ...hop };
  });
  const problems = complaints.problems(targets.length);
  if (problems.length > 0) return err(problems);
  const warnings = [...inventory.warnings, ...doubts, ...complaints.warnings(targets.length)];
  return ok({ ...inventory, targets, warnings });
}
