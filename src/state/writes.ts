import type { DatabaseSync } from 'node:sqlite';
import type { AgentOutcome } from '../domain/outcome.ts';
import type { Report } from '../domain/report.ts';
import { transaction } from './database.ts';
import type { Issue, RunStart } from './state.ts';

/** How many runs the history keeps; what `--resume` and unchanged archives need is kept for good. */
const KEPT_RUNS = 1_000;

/** All that changes the database; each call is one transaction. */
export function createWrites(database: DatabaseSync) {
  const addScope = database.prepare(
    'INSERT OR IGNORE INTO scopes (command, inventory, signature) VALUES (?, ?, ?)',
  );
  const addRun = database.prepare(
    `INSERT INTO runs (id, scope, dry_run, operator, started_at)
     SELECT ?, id, ?, ?, ? FROM scopes WHERE command = ? AND inventory = ? AND signature = ?`,
  );
  const addOutcome = database.prepare(
    `INSERT INTO outcomes (run, agent, place, status, changed) VALUES (?, ?, ?, 'not-attempted', 0)`,
  );
  const forgetOldRuns = database.prepare(
    'DELETE FROM runs WHERE id <= (SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?)',
  );
  const setOutcome = database.prepare(
    'UPDATE outcomes SET status = ?, changed = ?, code = ?, message = ? WHERE run = ? AND agent = ?',
  );
  // What a run has attempted counts at once. What it has not attempted counts when the run starts, and after that
  // only while no other run has had to do with the agent.
  const setStanding = database.prepare(
    `INSERT INTO standing (scope, agent, run, status)
     SELECT scope, :agent, id, :status FROM runs WHERE id = :run AND dry_run = 0
     ON CONFLICT (scope, agent) DO UPDATE SET run = excluded.run, status = excluded.status
     WHERE :claim OR standing.run = excluded.run`,
  );
  const endRun = database.prepare(
    'UPDATE runs SET finished_at = ?, exit_code = ?, generation = ? WHERE id = ?',
  );
  const setIssue = database.prepare(
    'INSERT OR REPLACE INTO issues (agent, path, generation, digest, issued_at) VALUES (?, ?, ?, ?, ?)',
  );

  // Outcomes that the database has: at the end of a large run it would take seconds to write them all once more.
  const recorded = new WeakSet<AgentOutcome>();

  const write = (run: string, outcome: AgentOutcome, claim: boolean): void => {
    const { name, status, changed, failure } = outcome;
    const flag = changed === null ? null : Number(changed);
    setOutcome.run(status, flag, failure?.code ?? null, failure?.message ?? null, run, name);
    setStanding.run({ run, agent: name, status, claim: Number(claim) });
  };

  return {
    startRun(run: RunStart): void {
      transaction(database, () => {
        const scope = [run.command, run.inventory, run.signature] as const;
        addScope.run(...scope);
        addRun.run(run.id, Number(run.dryRun), run.operator, run.startedAt, ...scope);
        for (const [place, agent] of run.agents.entries()) {
          addOutcome.run(run.id, agent, place);
          setStanding.run({ run: run.id, agent, status: 'not-attempted', claim: 1 });
        }
        forgetOldRuns.run(KEPT_RUNS);
      });
    },
    recordOutcome(run: string, outcome: AgentOutcome): void {
      transaction(database, () => write(run, outcome, outcome.status !== 'not-attempted'));
      recorded.add(outcome);
    },
    finishRun(report: Report): void {
      transaction(database, () => {
        for (const outcome of report.agents) if (!recorded.has(outcome)) write(report.id, outcome, false);
        endRun.run(report.finishedAt, report.exitCode, report.generation, report.id);
      });
    },
    recordIssue({ agent, path, generation, digest, issuedAt }: Issue): void {
      setIssue.run(agent, path, generation, digest, issuedAt);
    },
  };
}
