import { foldNames } from '../domain/names.ts';
import type { Request } from '../domain/request.ts';
import type { Problem } from '../errors/failure.ts';
import { formatDuration } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { AgentRecord, RunLookup, RunSummary, State } from '../state/state.ts';
import { columns, wrap } from './page.ts';

type HistoryRequest = Extract<Request, { command: 'history' }>;
type FoundRun = Omit<Extract<RunLookup, { kind: 'found' }>, 'kind'>;

/** `node-prep history [run-id]`: the page or the JSON to print, or the problem with the id. */
export function history(
  request: HistoryRequest,
  state: Pick<State, 'history' | 'run'>,
): Result<string, readonly Problem[]> {
  if (request.runId === null) {
    const runs = state.history(request.limit);
    return ok(request.output === 'json' ? historyJson(runs) : historyText(runs));
  }
  const run = state.run(request.runId);
  if (run.kind !== 'found') return err([notFound(request.runId, run)]);
  return ok(request.output === 'json' ? runJson(run) : runText(run));
}

/** Past runs, two lines each, newest first; no more than 80 columns. */
export function historyText(runs: readonly RunSummary[]): string {
  if (runs.length === 0) {
    return 'No runs yet. The first one: node-prep run inventory.yaml\n';
  }
  const head = ['RUN', 'STARTED (UTC)', 'AGENTS OK', 'CHANGED', 'EXIT', 'GENERATION'];
  const rows = runs.map((run) => [
    shortId(run.id, runs),
    timeOf(run.startedAt).slice(0, 16),
    `${run.ok} of ${run.agents}`,
    run.command === 'check' ? '' : run.dryRun ? `would: ${run.changed}` : String(run.changed),
    run.exitCode === null ? 'none' : String(run.exitCode),
    run.generation ?? '',
  ]);
  const [title, ...lines] = columns([head, ...rows]);
  const entries = runs.map((run, place) => {
    const kind = run.command === 'check' ? ', check' : run.dryRun ? ', dry run' : '';
    return `${lines[place]}\n    ${printable(run.inventory, 36)}, by ${printable(run.operator, 22)}${kind}\n`;
  });
  return `${title}\n${entries.join('')}\nOne run, agent by agent: node-prep history ${rows[0]?.[0]}\n`;
}

/** One run: who, when, with what, and what became of its agents, grouped by outcome. */
export function runText({ summary, agents }: FoundRun): string {
  const took =
    summary.finishedAt === null ? Number.NaN : Date.parse(summary.finishedAt) - Date.parse(summary.startedAt);
  const facts = columns([
    ['  inventory', printable(summary.inventory, 1_000)],
    ['  by', printable(summary.operator, 200)],
    ['  started', `${timeOf(summary.startedAt)} UTC`],
    [
      '  took',
      Number.isNaN(took)
        ? 'no end was recorded: it was killed, or is at work'
        : formatDuration(Math.max(0, took)),
    ],
    ['  exit code', String(summary.exitCode ?? 'none')],
    ['  generation', summary.generation ?? 'none'],
  ]);
  const groups = Map.groupBy(agents, (agent) => `${outcomeOf(agent, summary)}\0${agent.code ?? ''}`);
  const blocks = [...groups.values()].map((group) => block(group, summary));
  const what = summary.command === 'check' ? 'Check' : 'Run';
  const title = `${what} ${summary.id}${summary.dryRun ? ', a dry run' : ''}: ${summary.ok} of ${summary.agents} agents ok`;
  return `${title}\n${facts.join('\n')}\n\n${blocks.join('')}`;
}

/** The list for programs. */
function historyJson(runs: readonly RunSummary[]): string {
  return `${JSON.stringify({ schema: 'node-prep/history/v1', runs }, null, 2)}\n`;
}

/** One run for programs. */
export function runJson({ summary, agents }: FoundRun): string {
  return `${JSON.stringify({ schema: 'node-prep/history-run/v1', run: { ...summary, agents } }, null, 2)}\n`;
}

type Kind = Pick<RunSummary, 'command' | 'dryRun'>;

function block(group: readonly AgentRecord[], kind: Kind): string {
  const [first] = group;
  if (first === undefined) return '';
  const names = printable(foldNames(group.map((agent) => agent.name)), 100_000);
  const why = first.code === null ? '' : wrap(`${first.code}: ${printable(first.message ?? '', 500)}`, 6);
  return `${wrap(`${outcomeOf(first, kind)} (${group.length}): ${names}`, 2, 6)}${why}`;
}

function outcomeOf(agent: AgentRecord, { command, dryRun }: Kind): string {
  if (agent.status !== 'ok') return agent.status;
  if (command === 'check') return 'ok, proven';
  if (agent.changed === null) return 'ok, change unknown';
  if (dryRun) return agent.changed ? 'ok, would change' : 'ok, would not change';
  return agent.changed ? 'ok, changed' : 'ok, unchanged';
}

function notFound(id: string, run: Exclude<RunLookup, { kind: 'found' }>): Problem {
  const shown = `\`${printable(id.slice(0, 60))}\``;
  if (run.kind === 'none') {
    const hint = 'All runs that are remembered: node-prep history -n 1000';
    return { code: 'RUN_UNKNOWN', message: `There is no run ${shown} in the history.`, hint };
  }
  return {
    code: 'RUN_AMBIGUOUS',
    message: `More than one run begins with ${shown}.`,
    hint: `Say more of it: ${run.ids.join(', ')}`,
  };
}

/** The first ten characters of an id are its time; more only where two runs began in the same millisecond. */
function shortId(id: string, runs: readonly RunSummary[]): string {
  for (let length = 10; length < id.length; length++) {
    if (runs.filter((run) => run.id.startsWith(id.slice(0, length))).length === 1) return id.slice(0, length);
  }
  return id;
}

/** `2026-01-31 12:00:59` of an ISO 8601 time in UTC. */
function timeOf(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
