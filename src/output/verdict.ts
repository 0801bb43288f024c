import type { Report } from '../domain/report.ts';
import { formatDuration } from '../lib/duration.ts';
import { checkEnding, checkOpening } from './check-verdict.ts';
import { isInterrupted, nobodyContacted, troubles } from './report-facts.ts';

/** The last line of a summary: how the run ended, in one sentence, with its counts and what its exit code means. */
export function verdictText(report: Report): string {
  return report.command === 'check'
    ? `${checkOpening(report)}${about(report)}${checkEnding(report)}.`
    : `${opening(report)}${about(report)}${ending(report)}.`;
}

function opening(report: Report): string {
  const { totals, dryRun } = report;
  if (totals.agents === 0) return 'Ready: nothing was left to do';
  const ready = `${totals.ok} of ${totals.agents} agents`;
  if (report.ok)
    return dryRun
      ? `Dry run: ${ready} would be ready, ${changes(report)}`
      : `Ready: ${ready}, ${changes(report)}`;
  const others =
    totals.ok === 0
      ? ''
      : `; the other ${totals.ok} ${dryRun ? 'would be' : totals.ok === 1 ? 'is' : 'are'} ready: ${changes(report)}`;
  const bad = `${totals.agents - totals.ok} of ${totals.agents} agents (${troubles(report)})`;
  const how = isInterrupted(report) ? 'INTERRUPTED, NOT ready' : dryRun ? 'Dry run, NOT ready' : 'NOT ready';
  return `${how}: ${bad}${others}`;
}

function changes({ agents, dryRun }: Report): string {
  const ready = agents.filter((agent) => agent.status === 'ok');
  const changed = ready.filter((agent) => agent.changed === true).length;
  if (changed === 0) return dryRun ? 'none would change' : 'none had to change';
  return dryRun
    ? `${changed} would change, ${ready.length - changed} would not`
    : `${changed} changed, ${ready.length - changed} unchanged`;
}

function about(report: Report): string {
  const ms = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  const parts = [
    Number.isFinite(ms) ? formatDuration(Math.max(0, ms)) : '',
    report.generation === null ? '' : `generation ${report.generation}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function ending(report: Report): string {
  const { ok, exitCode, dryRun } = report;
  if (ok) return dryRun ? '; nothing was changed' : '';
  // Only a real run is resumed: a dry run leaves no mark of what is done.
  const again = dryRun ? 'run again' : 'run again with --resume';
  if (exitCode === 3) {
    const why = nobodyContacted(report)
      ? 'a secret could not be had, so no agent was contacted'
      : 'a registry refused the credential or never answered, so no agent was changed';
    return `; ${why}; exit 3`;
  }
  if (isInterrupted(report)) return `; exit ${exitCode}, ${again} to do the rest`;
  return `${dryRun ? '; nothing was changed' : ''}; exit ${exitCode}, mend the causes and ${again}`;
}
