import { configJson } from '../credential/config-json.ts';
import { generationName } from '../credential/generation.ts';
import { registryKey } from '../credential/registry-key.ts';
import type { Report } from '../domain/report.ts';
import type { CheckRequest } from '../domain/request.ts';
import type { Inventory } from '../domain/target.ts';
import type { CheckPlan } from '../engine/fleet.ts';
import type { Problem } from '../errors/failure.ts';
import { selectTargets } from '../inventory/select.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type AppPorts, knowApp, narrowed } from './app-to-deploy.ts';
import { createBrake } from './brake.ts';
import { type AgentNote, checkWarnings } from './check-warnings.ts';
import { type FleetPorts, resumed, startOf, workOn } from './fleet-work.ts';
import { keysAndSecrets, withoutSecrets } from './keys-and-secrets.ts';
import { remembered } from './memory.ts';
import { nothingLeft, reportOf } from './report.ts';

/**
 * `node-prep check`: does every agent hold what a deploy needs? Nothing is changed on any of them. Problems (a pattern
 * that matches nothing, a Marathon that does not answer) come back before an agent is contacted; whatever happens
 * later is in the report.
 */
export async function check(
  request: CheckRequest,
  inventory: Inventory,
  ports: FleetPorts & AppPorts,
): Promise<Result<Report, readonly Problem[]>> {
  // Which agents, and what will be deployed there?
  const selected = selectTargets(inventory.targets, request.limit, request.exclude);
  if (!selected.ok) return selected;
  const start = startOf(request, inventory, ports);
  const brake = createBrake(ports, 'check');
  const known = await knowApp(request, inventory, ports);
  if (!known.ok && (known.error.kind === 'secret' || brake.interrupted !== null))
    return ok(withoutSecrets(start, selected.value, known.error.problems, brake, ports));
  if (!known.ok) return err(known.error.problems);
  const deploy = known.value;
  const narrow = narrowed(selected.value, deploy);
  if (!narrow.ok) return narrow;
  const { matter, others } = narrow.value;
  const findings = deploy.findings?.(matter);
  const targets = resumed(matter, start, ports);
  if (targets.length === 0) return ok(nothingLeft(start, ports.warnings, ports.now(), findings));

  // With which keys? The registries' secrets are only compared with what agents hold: who has to ask leaves them.
  const ready = await keysAndSecrets({ start, targets, brake, atHand: true }, ports);
  if (!ready.ok) return ready.error;

  // The work, in parallel: the story of one agent is in engine/check-agent.ts.
  const notes: AgentNote[] = [];
  const plan: CheckPlan = {
    image: deploy.image,
    pull: request.pull,
    pullTimeoutMs: request.pullTimeoutMs,
    taskUser: deploy.taskUser,
    // Under the keys that `run` would use, so that the same credential has the same name.
    generationOf: (entries) => {
      const same = entries.map(({ name, entry }) => ({ ...entry, key: registryKey(name) }));
      return generationName(ports.state.generationKey, configJson(same));
    },
    noted: (target, found) => notes.push({ agent: target.name, ...found }),
  };
  const memory = remembered(ports, start, targets, ready.value.generationOf);
  const work = { start, targets, credentials: ready.value, check: plan, brake, memory };
  const outcomes = await workOn(work, ports);

  // What came of it.
  brake.release();
  const warnings = checkWarnings({ notes, others });
  const report = reportOf(start, outcomes, {
    finishedAt: ports.now().toISOString(),
    stopped: brake.stop.reason,
    interrupted: brake.interrupted,
    credentials: ready.value,
    warnings: [...ports.warnings, ...warnings],
    ...(findings === undefined ? {} : { findings }),
  });
  memory.finish(report);
  return ok(report);
}
