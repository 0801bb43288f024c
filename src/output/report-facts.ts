import type { Report } from '../domain/report.ts';

/** Did the operator end it? */
export function isInterrupted({ exitCode }: Report): boolean {
  return exitCode === 130 || exitCode === 143;
}

/** No agent was attempted: the run, which had agents, ended before its work. */
export function nobodyContacted({ totals }: Report): boolean {
  return totals.agents > 0 && totals.notAttempted === totals.agents;
}

/** Of the agents that are not good: how many, by what became of them. */
export function troubles({ totals, agents }: Report): string {
  const unknown = agents.filter((agent) => agent.changed === null).length;
  return [
    totals.failed > 0 ? `${totals.failed} failed` : '',
    totals.unreachable > 0 ? `${totals.unreachable} unreachable` : '',
    totals.notAttempted > 0 ? `${totals.notAttempted} not attempted` : '',
    unknown > 0 ? `${unknown} perhaps changed` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
