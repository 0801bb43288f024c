import type { Report } from '../domain/report.ts';
import type { Target } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Brake } from './brake.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import type { FleetPorts } from './fleet-work.ts';
import { remembered } from './memory.ts';
import { notStarted, type RunStarted } from './report.ts';

/** What is needed before anybody is contacted. `atHand`: secrets of registries that have to be asked for are left out. */
interface Wanted {
  readonly start: RunStarted;
  readonly targets: readonly Target[];
  readonly brake: Brake;
  readonly atHand: boolean;
}

/**
 * The keys of SSH and the secrets, all of them. An error is how the command ends without them: with problems of the
 * inventory, or with the report of a run that contacted nobody.
 */
export async function keysAndSecrets(
  { start, targets, brake, atHand }: Wanted,
  ports: FleetPorts,
): Promise<Result<Credentials, Result<Report, readonly Problem[]>>> {
  const unprepared = await ports.transport.prepare(targets);
  if (unprepared.length > 0 && !unprepared.some(({ code }) => code === 'INTERRUPTED'))
    return err(err(unprepared));
  const credentials =
    unprepared.length > 0 ? err(unprepared) : await readCredentials(targets, start.inventory, ports, atHand);
  if (credentials.ok) return credentials;
  return err(ok(withoutSecrets(start, targets, credentials.error, brake, ports)));
}

/** The report of a run that had no secrets or keys to begin with; nobody was contacted. It is remembered, too. */
export function withoutSecrets(
  start: RunStarted,
  targets: readonly Target[],
  problems: readonly Problem[],
  brake: Brake,
  ports: FleetPorts,
): Report {
  // Ctrl-C at a prompt is no signal: the terminal gives it to the prompt.
  const gaveUp = problems.some(({ code }) => code === 'INTERRUPTED') ? (130 as const) : null;
  const why = { problems, interrupted: brake.interrupted ?? gaveUp, warnings: ports.warnings };
  const report = notStarted(start, targets, why, ports.now());
  const memory = remembered(ports, start, targets, () => null);
  for (const outcome of report.agents) memory.record(outcome);
  memory.finish(report);
  return report;
}
