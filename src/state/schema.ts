/**
 * The schema, as the steps that lead to it; `user_version` says how many a database has behind it. A step that has been
 * released is never edited: a change is one more step.
 *
 * scopes: what `--resume` tells runs apart by. outcomes: per run and agent. standing: per scope and agent the latest
 * outcome that counts, and which run it is of; it outlives runs that are dropped from the history.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    inventory TEXT NOT NULL,
    signature TEXT NOT NULL,
    UNIQUE (command, inventory, signature)
  ) STRICT;
  CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scopes (id),
    dry_run INTEGER NOT NULL,
    operator TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    exit_code INTEGER,
    generation TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outcomes (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    place INTEGER NOT NULL,
    status TEXT NOT NULL,
    changed INTEGER,
    code TEXT,
    message TEXT,
    PRIMARY KEY (run, agent)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE standing (
    scope INTEGER NOT NULL REFERENCES scopes (id),
    agent TEXT NOT NULL,
    run TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (scope, agent)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE issues (
    agent TEXT NOT NULL,
    path TEXT NOT NULL,
    generation TEXT NOT NULL,
    digest TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    PRIMARY KEY (agent, path)
  ) STRICT, WITHOUT ROWID;
  `,
];
