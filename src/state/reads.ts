import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AgentRecord, Issue, RunLookup, RunStart, RunSummary } from './state.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;

/** How many ids are named when the beginning of one fits several. */
const NAMED_IDS = 5;

const SUMMARY = `
  SELECT runs.id, command, inventory, dry_run, started_at, finished_at, exit_code, operator, generation,
    (SELECT count(*) FROM outcomes WHERE run = runs.id) AS agents,
    (SELECT count(*) FROM outcomes WHERE run = runs.id AND status = 'ok') AS ok,
    (SELECT count(*) FROM outcomes WHERE run = runs.id AND changed = 1) AS changed
  FROM runs JOIN scopes ON scopes.id = runs.scope`;

/** All that reads the database. */
export function createReads(database: DatabaseSync) {
  const standing = database.prepare(
    `SELECT agent, status FROM standing JOIN scopes ON scopes.id = standing.scope
     WHERE command = ? AND inventory = ? AND signature = ?`,
  );
  const newest = database.prepare(`${SUMMARY} ORDER BY runs.id DESC LIMIT ?`);
  const startingWith = database.prepare(
    `${SUMMARY} WHERE substr(runs.id, 1, length(:start)) = :start ORDER BY runs.id DESC LIMIT ${NAMED_IDS}`,
  );
  const agents = database.prepare('SELECT * FROM outcomes WHERE run = ? ORDER BY place');
  const issue = database.prepare('SELECT * FROM issues WHERE agent = ? AND path = ?');

  return {
    leftOver({ command, inventory, signature }: Pick<RunStart, 'command' | 'inventory' | 'signature'>) {
      const rows = standing.all(command, inventory, signature);
      return rows.length === 0
        ? null
        : rows.filter((row) => row.status !== 'ok').map((row) => String(row.agent));
    },
    history: (limit: number): readonly RunSummary[] => newest.all(limit).map(summary),
    run(id: string): RunLookup {
      const found = startingWith.all({ start: id.toUpperCase() }).map(summary);
      const [first, second] = found;
      if (first === undefined) return { kind: 'none' };
      if (second !== undefined) return { kind: 'ambiguous', ids: found.map((run) => run.id) };
      return { kind: 'found', summary: first, agents: agents.all(first.id).map(agentRecord) };
    },
    findIssue(agent: string, path: string): Issue | null {
      const row = issue.get(agent, path);
      if (row === undefined) return null;
      const [generation, digest, issuedAt] = [row.generation, row.digest, row.issued_at].map(String);
      return { agent, path, generation: generation ?? '', digest: digest ?? '', issuedAt: issuedAt ?? '' };
    },
  };
}

function summary(row: Row): RunSummary {
  return {
    id: String(row.id),
    // Only these two are ever written there.
    command: row.command === 'check' ? 'check' : 'run',
    inventory: String(row.inventory),
    dryRun: row.dry_run === 1,
    startedAt: String(row.started_at),
    finishedAt: textOrNull(row.finished_at),
    exitCode: row.exit_code === null ? null : Number(row.exit_code),
    operator: String(row.operator),
    generation: textOrNull(row.generation),
    agents: Number(row.agents),
    ok: Number(row.ok),
    changed: Number(row.changed),
  };
}

function agentRecord(row: Row): AgentRecord {
  return {
    name: String(row.agent),
    // Only outcomes are ever written there.
    status: String(row.status) as AgentRecord['status'],
    changed: row.changed === null ? null : row.changed === 1,
    code: textOrNull(row.code),
    message: textOrNull(row.message),
  };
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
