import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/state/database.ts';
import { memoryState, stateIn } from '../../src/state/open.ts';
import { opened, outcome, SCOPE, start, whole } from './samples.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the folder', () => {
  test('is made, with all above it, and belongs to its owner alone', () => {
    const inner = join(folder, 'a', 'b', 'node-prep');
    const { state, warnings } = opened(inner);
    whole(state, '01A', [outcome('a', 'ok')]);
    expect(warnings).toEqual([]);
    expect(mode(inner)).toBe('700');
    expect(readdirSync(inner).sort()).toEqual(['generation.key', 'state.db', 'state.db-shm', 'state.db-wal']);
    for (const name of readdirSync(inner)) expect(mode(join(inner, name)), name).toBe('600');
    state.close();
  });

  test('is closed to others where it was open', () => {
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'state.db'), '', { mode: 0o666 });
    opened(folder).state.close();
    expect(mode(folder)).toBe('700');
    expect(mode(join(folder, 'state.db'))).toBe('600');
  });

  test('what was recorded is there the next time', () => {
    const first = opened(folder).state;
    whole(first, '01A', [outcome('a', 'ok'), outcome('b', 'failed')]);
    first.close();
    const second = opened(folder).state;
    expect(second.history(10)).toHaveLength(1);
    expect(second.leftOver(SCOPE)).toEqual(['b']);
    second.close();
  });

  test('the key is 32 bytes, made once', () => {
    const first = opened(folder).state;
    const second = opened(folder).state;
    expect(first.generationKey).toHaveLength(32);
    expect(second.generationKey).toEqual(first.generationKey);
    expect(opened(join(folder, 'other')).state.generationKey).not.toEqual(first.generationKey);
  });
});

describe('where it does not work the operator is warned once, nothing is touched, and the run goes on', () => {
  /** Opens and uses the folder; gives the one warning. */
  function used(path = folder): string {
    const { state, warnings } = opened(path);
    whole(state, '01A', [outcome('a', 'failed')]);
    // The run itself may still resume; nothing of it outlives the process.
    expect(state.generationKey).toHaveLength(32);
    state.recordIssue({ agent: 'a', path: '/x', generation: 'g', digest: 'd', issuedAt: 't' });
    state.close();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.code).toBe('STATE_UNAVAILABLE');
    return warnings[0]?.message ?? '';
  }

  test('a file in place of the folder', () => {
    writeFileSync(join(folder, 'file'), 'x');
    expect(used(join(folder, 'file'))).toContain('EEXIST');
    expect(used(join(folder, 'file', 'deeper'))).toContain('ENOTDIR');
  });

  test('a database that is none', () => {
    const path = join(folder, 'state.db');
    writeFileSync(path, 'this is not a database, but long enough to be looked at '.repeat(20));
    const before = readFileSync(path);
    expect(used()).toContain('not a database');
    expect(readFileSync(path)).toEqual(before);
  });

  test('a database that was damaged', () => {
    const first = opened(folder).state;
    whole(
      first,
      '01A',
      Array.from({ length: 300 }, (_, index) => outcome(`agent-${index}`, 'failed')),
    );
    first.close();
    const path = join(folder, 'state.db');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 4_096));
    expect(used()).toContain('malformed');
    expect(readFileSync(path)).toHaveLength(bytes.length);
  });

  test('a folder in place of the database', () => {
    mkdirSync(join(folder, 'state.db'));
    expect(used()).toContain('EISDIR');
  });

  test('a database of a newer version: it is left as it is, and generations keep their names', () => {
    const first = opened(folder).state;
    const key = first.generationKey;
    whole(first, '00A', [outcome('a', 'ok')]);
    first.close();
    const database = new DatabaseSync(join(folder, 'state.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(join(folder, 'state.db'));
    expect(used()).toContain('newer version');
    expect(opened(folder).state.generationKey).toEqual(key);
    expect(readFileSync(join(folder, 'state.db'))).toEqual(before);
  });

  test('a damaged key is not replaced', () => {
    writeFileSync(join(folder, 'generation.key'), 'short');
    expect(used()).toContain('generation.key is damaged');
    expect(readFileSync(join(folder, 'generation.key'), 'utf8')).toBe('short');
  });

  // Root may write everywhere.
  test.skipIf(process.getuid?.() === 0)('a folder that may not be written', () => {
    mkdirSync(join(folder, 'closed'), { mode: 0o500 });
    expect(used(join(folder, 'closed', 'node-prep'))).toContain('EACCES');
  });
});

describe('a database that fails in the middle of a run', () => {
  test('is reported once, and no call throws', () => {
    const database = openDatabase(join(folder, 'state.db'));
    // What a full disk answers with.
    database.exec('PRAGMA max_page_count = 1');
    const errors: unknown[] = [];
    const state = stateIn(database, new Uint8Array(32), (error) => void errors.push(error));
    const agents = Array.from({ length: 500 }, (_, index) => outcome(`agent-${index}`, 'ok'));
    whole(state, '01A', agents);
    state.recordIssue({ agent: 'a', path: '/x', generation: 'g', digest: 'd', issuedAt: 't' });
    expect(state.leftOver(SCOPE)).toBeNull();
    expect(state.history(1)).toEqual([]);
    expect(state.run('01A')).toEqual({ kind: 'none' });
    expect(state.findIssue('a', '/x')).toBeNull();
    state.close();
    expect(errors.map(String)).toEqual([expect.stringContaining('full')]);
  });

  test('a lock that another holds is given up, not waited for without end', () => {
    const other = openDatabase(join(folder, 'state.db'));
    const errors: unknown[] = [];
    const mine = openDatabase(join(folder, 'state.db'), 50);
    const state = stateIn(mine, new Uint8Array(32), (error) => void errors.push(error));
    other.exec('BEGIN IMMEDIATE');
    state.startRun(start('01A', ['a']));
    state.recordOutcome('01A', outcome('a', 'ok'));
    expect(errors.map(String)).toEqual([expect.stringContaining('locked')]);
    other.exec('ROLLBACK');
    other.close();
    state.close();
  });
});

test('a state in memory works like one on disk, and leaves nothing', () => {
  const state = memoryState(new Uint8Array(32).fill(7));
  whole(state, '01A', [outcome('a', 'failed')]);
  expect(state.leftOver(SCOPE)).toEqual(['a']);
  expect(state.generationKey).toEqual(new Uint8Array(32).fill(7));
  state.close();
  state.close();
});

describe('other processes', () => {
  const SAMPLES = join(import.meta.dirname, 'samples.ts');
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** Runs code in a process of its own, with the helpers of samples.ts and the folder opened; resolves when it ends. */
  function elsewhere(code: string): { readonly child: ChildProcess; readonly said: Promise<string> } {
    const script = `const { opened, outcome, start, whole } = await import(${JSON.stringify(SAMPLES)});
      const { state, warnings } = opened(${JSON.stringify(folder)});
      ${code}`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    let text = '';
    child.stdout?.on('data', (bytes) => {
      text += String(bytes);
    });
    return { child, said: new Promise((done) => child.on('close', () => done(text))) };
  }

  test('several may make the folder and record runs at the same time', { timeout: 30_000 }, async () => {
    const runs = ['01A', '01B', '01C'].map((id) =>
      elsewhere(`whole(state, '${id}', Array.from({ length: 100 }, (_, index) => outcome('agent-' + index, 'ok')));
        console.log(Buffer.from(state.generationKey).toString('hex'), warnings.length); state.close();`),
    );
    const said = await Promise.all(runs.map((run) => run.said));
    const { state } = opened(folder);
    const key = Buffer.from(state.generationKey).toString('hex');
    expect(said).toEqual(Array(3).fill(`${key} 0\n`));
    expect(state.history(10).map(({ id, ok, exitCode }) => [id, ok, exitCode])).toEqual([
      ['01C', 100, 0],
      ['01B', 100, 0],
      ['01A', 100, 0],
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('generation.key'))).toEqual([
      'generation.key',
    ]);
    state.close();
  });

  test('one that is killed leaves what it has recorded, readable', { timeout: 30_000 }, async () => {
    const { child, said } = elsewhere(`state.startRun(start('01A', ['a', 'b', 'c']));
      state.recordOutcome('01A', outcome('a', 'ok')); state.recordOutcome('01A', outcome('b', 'failed'));
      console.log('recorded'); setInterval(() => {}, 1000);`);
    await new Promise((done) => child.stdout?.once('data', done));
    child.kill('SIGKILL');
    await said;
    expect(existsSync(join(folder, 'state.db-wal'))).toBe(true);
    const { state, warnings } = opened(folder);
    expect(state.history(1)).toMatchObject([
      { id: '01A', finishedAt: null, exitCode: null, agents: 3, ok: 1 },
    ]);
    expect(state.leftOver(SCOPE)?.toSorted()).toEqual(['b', 'c']);
    expect(warnings).toEqual([]);
    state.close();
  });
});
