import { resolve } from 'node:path';
import type { FleetPorts } from '../commands/fleet-work.ts';
import type { Report } from '../domain/report.ts';
import type { FleetRequest } from '../domain/request.ts';
import type { Inventory, Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import type { ReportFile, Surroundings } from '../files/report-file.ts';
import type { Result } from '../lib/result.ts';
import { createOutput, resolveFormat } from '../output/index.ts';
import type { Sink } from '../output/output.ts';
import type { State } from '../state/state.ts';
import { loadInventory } from './load-inventory.ts';
import { printProblems } from './print.ts';
import { deliver, endingWithReport, filesInUse } from './report.ts';
import { secretsOf } from './secrets.ts';
import { transportOf } from './transport.ts';
import type { World } from './world.ts';

/** One command on a fleet, and where its report goes. */
export interface FleetCommand {
  readonly request: FleetRequest;
  /** Opens the files that the report is written to; tried before anything is contacted. */
  readonly openFiles: (around: Surroundings) => Promise<Result<readonly ReportFile[], readonly Problem[]>>;
  readonly work: (inventory: Inventory, ports: FleetPorts) => Promise<Result<Report, readonly Problem[]>>;
}

/** A stream as outputs see it: a terminal that can't be drawn on is none to them. */
function sink(stream: NodeJS.WriteStream, { TERM }: World['env']): Sink {
  return TERM === 'dumb' ? { write: (text) => stream.write(text) } : stream;
}

/** Runs a command on a fleet, with everything that it needs of the world. Null: there were problems; they are printed. */
export async function onFleet(
  { request, openFiles, work }: FleetCommand,
  world: World,
  openState: (warn: (warning: Warning) => void) => State,
): Promise<Report | null> {
  const { stdout, stderr, env, randomBytes } = world;
  const refused = (problems: readonly Problem[]) => {
    printProblems(world, problems, request.output === 'json');
    return null;
  };
  const inventory = await loadInventory(request.inventory, world);
  if (!inventory.ok) return refused(inventory.error);
  const style = { color: request.color && !env.NO_COLOR, verbose: request.verbose };
  const streams = { stdout: sink(stdout, env), stderr: sink(stderr, env) };
  const format = resolveFormat(request.output, streams);
  const opened = await openFiles({
    stdout: ['live', 'lines'].includes(format) ? stdout : null,
    stderr,
    inUse: filesInUse(inventory.value),
  });
  if (!opened.ok) return refused(opened.error);
  const files = opened.value;
  const discard = () => {
    for (const file of files) file.discard();
  };
  world.interruption.beforeEnd(discard);
  const output = endingWithReport(createOutput(format, streams, style));
  // The live view may have hidden the cursor; its close gives the terminal back before it waits for anything.
  world.interruption.beforeEnd(() => void output.close());
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => {
    warnings.push(warning);
    output.event({ type: 'warning', warning });
  };
  const state = openState(warn);
  const transport = transportOf(world);
  try {
    const report = await work(inventory.value, {
      transport,
      state,
      secrets: secretsOf(inventory.value, world, warn),
      warnings,
      script: world.remoteScript(),
      operator: `${world.username}@${world.hostname}`,
      inventoryPath: resolve(request.inventory),
      now: () => new Date(),
      randomBytes,
      emit: (event) => output.event(event),
      onInterrupt: world.interruption.listen,
    });
    if (!report.ok) return refused(report.error);
    return await deliver(report.value, { output, files, stderr });
  } finally {
    await output.close();
    discard();
    await transport.close();
    state.close();
  }
}
