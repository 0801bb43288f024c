import type { AgentOutcome } from '../domain/outcome.ts';
import { printable } from '../lib/printable.ts';
import { pad, wrap } from './width.ts';

const INDENT = '    ';

/** How often each check passed, failed, timed out or was not run, over all agents; none without checks. */
export function checkTable(agents: readonly AgentOutcome[], columns: number): string[] {
  const rows = new Map<
    string,
    { id: string; command: string; counts: Record<string, number>; vacuous: boolean; decided: boolean }
  >();
  for (const check of agents.flatMap((agent) => agent.checks)) {
    const { id, command } = check;
    const key = JSON.stringify([id, command]);
    const row = rows.get(key) ?? { id, command, counts: {}, vacuous: false, decided: false };
    rows.set(key, row);
    row.counts[check.verdict] = (row.counts[check.verdict] ?? 0) + 1;
    row.vacuous ||= check.vacuous === true;
    row.decided ||= check.vacuous === true && check.expect === 'pass';
  }
  if (rows.size === 0) return [];
  const verdicts = ['pass', 'fail', 'timeout', 'not-run'] as const;
  const idWidth = Math.min(24, Math.max(5, ...[...rows.values()].map(({ id }) => id.length)));
  const head = pad('Check', idWidth) + verdicts.map((verdict) => verdict.padStart(9)).join('');
  const body = [...rows.values()].flatMap(({ id, command, counts, vacuous, decided }) => {
    const cells = verdicts.map((verdict) => String(counts[verdict] ?? 0).padStart(9)).join('');
    const how = decided ? ': decided from the process table' : '';
    const note = vacuous ? ` (always says yes${how})` : '';
    return [pad(printable(id), idWidth) + cells, ...wrap(printable(command) + note, columns, INDENT)];
  });
  return [head, ...body];
}
