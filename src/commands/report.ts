import { vacuousWarning } from '../checks/vacuous.ts';
import type { Finding } from '../domain/finding.ts';
import type { AgentOutcome } from '../domain/outcome.ts';
import { countTotals, type Report } from '../domain/report.ts';
import type { CheckRequest, RunRequest } from '../domain/request.ts';
import type { Inventory, Target, Warning } from '../domain/target.ts';
import { notAttempted } from '../engine/run-agent.ts';
import type { StopReason } from '../engine/stop.ts';
import { failure, type Problem } from '../errors/failure.ts';
import type { Credentials } from './credentials.ts';

/** What a report says whatever came of the run. */
export interface RunStarted {
  readonly id: string;
  readonly startedAt: string;
  readonly request: RunRequest | CheckRequest;
  readonly inventory: Inventory;
}

interface RunEnded {
  readonly finishedAt: string;
  readonly stopped: StopReason | null;
  readonly interrupted: 130 | 143 | null;
  readonly credentials: Credentials | null;
  readonly warnings?: readonly Warning[];
  /** Problems of the app; left out where there is none. */
  readonly findings?: readonly Finding[];
}

/** The report of a run that had agents to work on. */
export function reportOf(start: RunStarted, agents: readonly AgentOutcome[], end: RunEnded): Report {
  const { inventory, request } = start;
  const used = new Set(end.credentials?.needed ?? inventory.registries.map(({ name }) => name));
  const vacuous = vacuousWarning(agents.flatMap(({ checks }) => checks));
  const strict = request.command === 'check' && request.strict;
  const appOk = (end.findings ?? []).every(({ severity }) => severity === 'warning' && !strict);
  const allOk = appOk && agents.every(({ status }) => status === 'ok');
  const exitCode = end.interrupted ?? (end.stopped?.kind === 'credential-refused' ? 3 : allOk ? 0 : 1);
  return {
    schema: 'node-prep/report/v1',
    command: request.command,
    id: start.id,
    inventory: inventory.file,
    dryRun: request.command === 'run' && request.dryRun,
    startedAt: start.startedAt,
    finishedAt: end.finishedAt,
    ok: exitCode === 0,
    exitCode,
    totals: countTotals(agents),
    registries: inventory.registries
      .filter(({ name }) => used.has(name))
      .map(({ name, username }) => ({ name, username, expiresAt: null })),
    generation: end.credentials?.generationOf(used) ?? null,
    warnings: [...inventory.warnings, ...(end.warnings ?? []), ...(vacuous === null ? [] : [vacuous])],
    ...(end.findings === undefined ? {} : { findings: end.findings }),
    agents,
  };
}

interface WhyNotStarted {
  readonly problems: readonly Problem[];
  readonly interrupted: 130 | 143 | null;
  readonly warnings: readonly Warning[];
}

/** The report of a run whose secrets could not be had: no agent was contacted, exit code 3 unless interrupted. */
export function notStarted(
  start: RunStarted,
  targets: readonly Target[],
  { problems, interrupted, warnings }: WhyNotStarted,
  now: Date,
): Report {
  const reason = problems.map(({ message }) => message.replace(/\.$/, '')).join('; ');
  const why =
    interrupted === null ? failure('STOPPED', 'connect', { reason }) : failure('INTERRUPTED', 'connect');
  const agents = targets.map((target) => notAttempted(target, why));
  const secrets = problems.map(({ code, message, hint }) => ({ code, message, hint }));
  const end = {
    finishedAt: now.toISOString(),
    stopped: null,
    interrupted,
    credentials: null,
    warnings: [...warnings, ...secrets],
  };
  return { ...reportOf(start, agents, end), ok: false, exitCode: interrupted ?? 3 };
}

/** The report of a `--resume` that found nothing to do. */
export function nothingLeft(
  start: RunStarted,
  warnings: readonly Warning[],
  now: Date,
  findings?: readonly Finding[],
): Report {
  const { limit, exclude } = start.request;
  const which =
    limit.length + exclude.length > 0 ? 'None of the chosen agents' : 'No agent of this inventory';
  const words = `${which} was left not ok: there is nothing to resume.`;
  const hint = 'Leave --resume out to go over all agents again.';
  const nothing = { code: 'NOTHING_LEFT', message: words, hint };
  const end = {
    finishedAt: now.toISOString(),
    stopped: null,
    interrupted: null,
    credentials: null,
    warnings: [...warnings, nothing],
    ...(findings === undefined ? {} : { findings }),
  };
  return reportOf(start, [], end);
}
