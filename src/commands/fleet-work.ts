import { createRedactor } from '../credential/redact.ts';
import { createSpeech } from '../credential/speech.ts';
import type { RunEvent } from '../domain/event.ts';
import type { AgentOutcome } from '../domain/outcome.ts';
import type { CheckRequest, FleetRequest, RunRequest } from '../domain/request.ts';
import { newRunId } from '../domain/run-id.ts';
import type { Inventory, Target, Warning } from '../domain/target.ts';
import { createFleet } from '../engine/create-fleet.ts';
import type { CheckPlan } from '../engine/fleet.ts';
import { runFleet } from '../engine/run-fleet.ts';
import { compactScript } from '../remote/compose.ts';
import type { SecretSource } from '../secrets/source.ts';
import type { State } from '../state/state.ts';
import type { Transport } from '../transports/transport.ts';
import type { Brake } from './brake.ts';
import type { Credentials } from './credentials.ts';
import { type Memory, signatureOf } from './memory.ts';
import type { RunStarted } from './report.ts';

/** What a command on a fleet needs of the world. */
export interface FleetPorts {
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

/** A run that begins now. */
export function startOf<R extends RunRequest | CheckRequest>(
  request: R,
  inventory: Inventory,
  { now, randomBytes }: Pick<FleetPorts, 'now' | 'randomBytes'>,
): RunStarted & { readonly request: R } {
  const id = newRunId(now().getTime(), randomBytes(16));
  return { id, startedAt: now().toISOString(), request, inventory };
}

/** With --resume: those that the last such run left not ok; without such a run, all. */
export function resumed(
  targets: readonly Target[],
  { request, inventory }: RunStarted,
  { state, inventoryPath }: Pick<FleetPorts, 'state' | 'inventoryPath'>,
): readonly Target[] {
  if (!request.resume) return targets;
  const match = { command: request.command, inventory: inventoryPath, signature: signatureOf(inventory) };
  const names = state.leftOver(match);
  return names === null ? targets : targets.filter(({ name }) => names.includes(name));
}

/** What setTimeout takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The work of a run on its agents. */
interface FleetWork {
  readonly start: RunStarted;
  readonly targets: readonly Target[];
  readonly credentials: Credentials;
  readonly check: CheckPlan | null;
  readonly brake: Brake;
  readonly memory: Memory;
}

/** Does it, in parallel; each outcome is remembered and told as it comes. */
export async function workOn(work: FleetWork, ports: FleetPorts): Promise<readonly AgentOutcome[]> {
  const { start, targets, credentials, brake, memory } = work;
  const { request, inventory } = start;
  const run = request.command === 'run' ? request : { dryRun: false, dropOtherRegistries: false };
  ports.emit({
    type: 'run-started',
    command: request.command,
    id: start.id,
    dryRun: run.dryRun,
    concurrency: request.concurrency,
    agents: targets.map(({ name, group }) => ({ name, group })),
  });
  for (const warning of inventory.warnings) ports.emit({ type: 'warning', warning });
  const fleet = createFleet({
    ...ports,
    script: compactScript(ports.script),
    request: {
      ...request,
      timeoutMs: Math.min(
        request.timeoutMs + (work.check?.pull === true ? work.check.pullTimeoutMs : 0),
        LONGEST_TIMER_MS,
      ),
      dryRun: run.dryRun,
      dropOtherRegistries: run.dropOtherRegistries,
    },
    check: work.check,
    targets,
    registries: inventory.registries,
    credentials,
    holder: `${ports.operator}, run ${start.id}, since ${start.startedAt}`,
    say: createSpeech(createRedactor(credentials.secrets)),
    stop: brake.stop,
    issues: memory.issues,
  });
  let done = 0;
  return runFleet(targets, fleet, limitsOf(request, targets.length), (outcome) => {
    done += 1;
    memory.record(outcome);
    ports.emit({ type: 'agent-finished', outcome, done, total: targets.length });
  });
}

function limitsOf({ concurrency, maxFailures }: FleetRequest, agents: number) {
  if (maxFailures === null) return { concurrency, maxFailures: null };
  if (maxFailures.kind === 'count') return { concurrency, maxFailures: maxFailures.count };
  return { concurrency, maxFailures: Math.max(1, Math.ceil((agents * maxFailures.percent) / 100)) };
}
