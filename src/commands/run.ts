import { createRedactor } from '../credential/redact.ts';
import { createSpeech } from '../credential/speech.ts';
import type { RunEvent } from '../domain/event.ts';
import type { Report } from '../domain/report.ts';
import type { RunRequest } from '../domain/request.ts';
import { newRunId } from '../domain/run-id.ts';
import type { Inventory, Target, Warning } from '../domain/target.ts';
import { createFleet } from '../engine/create-fleet.ts';
import { runFleet } from '../engine/run-fleet.ts';
import { createStop } from '../engine/stop.ts';
import type { Problem } from '../errors/failure.ts';
import { selectTargets } from '../inventory/select.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { compactScript } from '../remote/compose.ts';
import type { SecretSource } from '../secrets/source.ts';
import type { State } from '../state/state.ts';
import type { Transport } from '../transports/transport.ts';
import { readCredentials } from './credentials.ts';
import { remembered, signatureOf } from './memory.ts';
import { nothingLeft, notStarted, reportOf } from './report.ts';

/** What `run` needs of the world. */
export interface RunPorts {
  readonly transport: Transport;
  readonly secrets: SecretSource;
  readonly state: State;
  /** The text of src/remote/node-prep.sh. */
  readonly script: string;
  /** Who runs this: user@machine. */
  readonly operator: string;
  /** Absolute path of the inventory: by it and the registries a run is found again. */
  readonly inventoryPath: string;
  /** What the adapters found worth a warning, up to now; told to the outputs by themselves. */
  readonly warnings: readonly Warning[];
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly emit: (event: RunEvent) => void;
  /** Calls back on the operator's first interruption, with the exit code that it means. */
  readonly onInterrupt: (listener: (exitCode: 130 | 143) => void) => void;
}

/**
 * `node-prep run`: on every agent log in, pack, install, verify. Problems (a pattern that matches nothing) come back
 * before anything is contacted; whatever happens later is in the report.
 */
export async function run(
  request: RunRequest,
  inventory: Inventory,
  ports: RunPorts,
): Promise<Result<Report, readonly Problem[]>> {
  // Which agents?
  const selected = selectTargets(inventory.targets, request.limit, request.exclude);
  if (!selected.ok) return selected;
  const start = {
    id: newRunId(ports.now().getTime(), ports.randomBytes(16)),
    startedAt: ports.now().toISOString(),
    request,
    inventory,
  };
  const targets = request.resume ? leftOver(selected.value, inventory, ports) : selected.value;
  if (targets.length === 0) return ok(nothingLeft(start, ports.warnings, ports.now()));

  // One brake for all: the operator's interruption, a refused credential, too many failures.
  const stop = createStop();
  let interrupted: 130 | 143 | null = null;
  let over = false;
  ports.onInterrupt((exitCode) => {
    if (over) return;
    interrupted = exitCode;
    const message =
      'Interrupted: agents that are being changed are finished, no more are started. Again: end at once.';
    ports.emit({ type: 'interrupted', message });
    stop.pull({ kind: 'interrupted', words: 'the operator interrupted' });
  });

  // With which keys and credentials? Nothing is contacted before all of them are there.
  const unprepared = await ports.transport.prepare(targets);
  if (unprepared.length > 0 && !unprepared.some(({ code }) => code === 'INTERRUPTED')) return err(unprepared);
  const credentials =
    unprepared.length > 0 ? err(unprepared) : await readCredentials(targets, inventory, ports);
  if (!credentials.ok) {
    // Ctrl-C at a prompt is no signal: the terminal gives it to the prompt.
    const gaveUp = credentials.error.some(({ code }) => code === 'INTERRUPTED') ? (130 as const) : null;
    const why = { problems: credentials.error, interrupted: interrupted ?? gaveUp, warnings: ports.warnings };
    const report = notStarted(start, targets, why, ports.now());
    const memory = remembered(ports, start, targets, () => '');
    for (const outcome of report.agents) memory.record(outcome);
    memory.finish(report);
    return ok(report);
  }

  // The work, in parallel.
  const memory = remembered(ports, start, targets, credentials.value.generationOf);
  ports.emit({
    type: 'run-started',
    command: 'run',
    id: start.id,
    dryRun: request.dryRun,
    concurrency: request.concurrency,
    agents: targets.map(({ name, group }) => ({ name, group })),
  });
  for (const warning of inventory.warnings) ports.emit({ type: 'warning', warning });
  const fleet = createFleet({
    ...ports,
    script: compactScript(ports.script),
    request,
    targets,
    registries: inventory.registries,
    credentials: credentials.value,
    holder: `${ports.operator}, run ${start.id}, since ${start.startedAt}`,
    say: createSpeech(createRedactor(credentials.value.secrets)),
    stop,
    issues: memory.issues,
  });
  let done = 0;
  const outcomes = await runFleet(targets, fleet, limitsOf(request, targets.length), (outcome) => {
    done += 1;
    memory.record(outcome);
    ports.emit({ type: 'agent-finished', outcome, done, total: targets.length });
  });

  // What came of it.
  over = true;
  const report = reportOf(start, outcomes, {
    finishedAt: ports.now().toISOString(),
    stopped: stop.reason,
    interrupted,
    credentials: credentials.value,
    warnings: ports.warnings,
  });
  memory.finish(report);
  return ok(report);
}

/** With --resume: those that the last such run left not ok; without such a run, all. */
function leftOver(targets: readonly Target[], inventory: Inventory, ports: RunPorts): readonly Target[] {
  const match = {
    command: 'run' as const,
    inventory: ports.inventoryPath,
    signature: signatureOf(inventory),
  };
  const names = ports.state.leftOver(match);
  return names === null ? targets : targets.filter(({ name }) => names.includes(name));
}

function limitsOf({ concurrency, maxFailures }: RunRequest, agents: number) {
  if (maxFailures === null) return { concurrency, maxFailures: null };
  if (maxFailures.kind === 'count') return { concurrency, maxFailures: maxFailures.count };
  return { concurrency, maxFailures: Math.max(1, Math.ceil((agents * maxFailures.percent) / 100)) };
}
