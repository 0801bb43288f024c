import type { Report } from '../domain/report.ts';
import type { Expectation } from './faults.ts';

/** Where a run's report differs from what the lab had scripted, in plain sentences; none when all went as planned. */
export function compareWithScript(
  report: Pick<Report, 'agents'>,
  expected: ReadonlyMap<string, Expectation>,
): string[] {
  const found = new Map(report.agents.map((outcome) => [outcome.name, outcome]));
  const deviations: string[] = [];
  for (const [name, { status, code }] of expected) {
    const outcome = found.get(name);
    found.delete(name);
    const wanted = code === undefined ? status : `${status} with ${code}`;
    if (outcome === undefined) {
      deviations.push(`${name} is missing from the report; it was to be ${wanted}.`);
      continue;
    }
    const got =
      outcome.failure === undefined ? outcome.status : `${outcome.status} with ${outcome.failure.code}`;
    if (outcome.status !== status || (code !== undefined && outcome.failure?.code !== code)) {
      deviations.push(`${name} was to be ${wanted}, but is ${got}.`);
    }
  }
  for (const name of found.keys()) deviations.push(`${name} is in the report, but not in the fleet.`);
  return deviations;
}
