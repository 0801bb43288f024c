import { closeSync, fchmodSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './schema.ts';

// Every call blocks the event loop, and with it all agents: a lock that is not free by then is given up.
const BUSY_TIMEOUT_MS = 2_000;
const SQLITE_BUSY = 5;

/**
 * Opens the database at `path` (or `:memory:`), for the owner alone, with the newest schema. Throws what SQLite says,
 * and for a database of a newer node-prep, which is left as it is.
 */
export function openDatabase(path: string, busyTimeoutMs: number = BUSY_TIMEOUT_MS): DatabaseSync {
  if (path !== ':memory:') ownFile(path);
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    refuseNewer(database);
    patiently(() => database.exec('PRAGMA journal_mode = WAL'));
    // In WAL mode this loses nothing when the process dies, and no more than the last moments with the machine
    // (sqlite.org/pragma.html#pragma_synchronous); a thousand outcomes need no thousand fsyncs.
    database.exec('PRAGMA synchronous = NORMAL');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs `work` whole or not at all. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** SQLite gives its -wal and -shm files the mode of the database, whatever the umask. */
function ownFile(path: string): void {
  const file = openSync(path, 'a', 0o600);
  fchmodSync(file, 0o600);
  closeSync(file);
}

function migrate(database: DatabaseSync): void {
  if (version(database) === MIGRATIONS.length) return;
  transaction(database, () => {
    // Read again: another process may have been faster.
    refuseNewer(database);
    for (const step of MIGRATIONS.slice(version(database))) database.exec(step);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function refuseNewer(database: DatabaseSync): void {
  if (version(database) > MIGRATIONS.length)
    throw new Error('it was written by a newer version of node-prep');
}

function version(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** The change to WAL needs the database for itself, and does not wait for it by the busy timeout. */
function patiently(work: () => void): void {
  for (let tries = 1; ; tries++) {
    try {
      work();
      return;
    } catch (error) {
      const busy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
      if (!busy || tries === 50) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
