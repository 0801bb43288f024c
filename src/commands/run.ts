import type { Report } from '../domain/report.ts';
import type { RunRequest } from '../domain/request.ts';
import type { Inventory } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { selectTargets } from '../inventory/select.ts';
import { ok, type Result } from '../lib/result.ts';
import { createBrake } from './brake.ts';
import { type FleetPorts, resumed, startOf, workOn } from './fleet-work.ts';
import { keysAndSecrets } from './keys-and-secrets.ts';
import { remembered } from './memory.ts';
import { nothingLeft, reportOf } from './report.ts';

/**
 * `node-prep run`: on every agent log in, pack, install, verify. Problems (a pattern that matches nothing) come back
 * before anything is contacted; whatever happens later is in the report.
 */
export async function run(
  request: RunRequest,
  inventory: Inventory,
  ports: FleetPorts,
): Promise<Result<Report, readonly Problem[]>> {
  // Which agents?
  const selected = selectTargets(inventory.targets, request.limit, request.exclude);
  if (!selected.ok) return selected;
  const start = startOf(request, inventory, ports);
  const targets = resumed(selected.value, start, ports);
  if (targets.length === 0) return ok(nothingLeft(start, ports.warnings, ports.now()));
  const brake = createBrake(ports, 'run');

  // With which keys and credentials? Nothing is contacted before all of them are there.
  const ready = await keysAndSecrets({ start, targets, brake, atHand: false }, ports);
  if (!ready.ok) return ready.error;

  // The work, in parallel: the story of one agent is in engine/prepare.ts.
  const memory = remembered(ports, start, targets, ready.value.generationOf);
  const work = { start, targets, credentials: ready.value, check: null, brake, memory };
  const outcomes = await workOn(work, ports);

  // What came of it.
  brake.release();
  const report = reportOf(start, outcomes, {
    finishedAt: ports.now().toISOString(),
    stopped: brake.stop.reason,
    interrupted: brake.interrupted,
    credentials: ready.value,
    warnings: ports.warnings,
  });
  memory.finish(report);
  return ok(report);
}
