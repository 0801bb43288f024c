import { type ChildProcess, spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { briefly, processes, until } from './practice.ts';

const TOOL = join(import.meta.dirname, '../../bin/node-prep.js');

// All that the tool may leave behind would be in here.
let folder = '';
let state = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
  state = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
});
afterEach(() => {
  for (const path of [folder, state]) rmSync(path, { recursive: true, force: true });
});

/** The built tool at work, as an operator would have it. */
function tool(args: readonly string[], ...nodeArgs: readonly string[]) {
  const env = { ...process.env, TMPDIR: folder, XDG_STATE_HOME: state, NO_COLOR: '1' };
  const child: ChildProcess = spawn(process.execPath, [...nodeArgs, TOOL, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (bytes) => {
    said.stdout += bytes;
  });
  child.stderr?.on('data', (bytes) => {
    said.stderr += bytes;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return { said, ended, send: (signal: NodeJS.Signals) => void child.kill(signal) };
}

const labFolder = () => readdirSync(folder).find((name) => name.startsWith('node-prep-lab-'));
const isThere = (name: string) => readdirSync(join(folder, labFolder() ?? '.')).includes(name);

async function nothingLeft() {
  expect(readdirSync(folder)).toEqual([]);
  await until(() => processes(folder).length === 0);
}

describe('lab up', () => {
  test.each([
    ['Ctrl-C', 'SIGINT', 130],
    ['SIGTERM', 'SIGTERM', 143],
  ] as const)('ends by %s, with its code, and leaves nothing', async (_, signal, code) => {
    const { said, ended, send } = tool(['lab', 'up', '--agents', '2']);
    await until(() => said.stdout.includes('Ctrl-C ends the fleet'));
    send(signal);
    expect(await ended, said.stderr).toBe(code);
    await nothingLeft();
  });

  test('interrupted while it starts, it leaves nothing either', async () => {
    const { said, ended, send } = tool(['lab', 'up', '--agents', '100']);
    await until(() => labFolder() !== undefined);
    send('SIGINT');
    expect(await ended).toBe(130);
    expect(said.stdout + said.stderr).toBe('');
    await nothingLeft();
  });

  test('a second signal ends it at once, and even then its key and its password are gone', async () => {
    const { ended, send } = tool(['lab', 'up', '--agents', '100']);
    await until(() => labFolder() !== undefined && isThere('agents'));
    send('SIGINT');
    send('SIGTERM');
    expect([130, 143]).toContain(await ended);
    await nothingLeft();
  });
});

test('lab run, interrupted twice: nothing is left', async () => {
  const { said, ended, send } = tool(['lab', 'run', '--agents', '40', '-o', 'ndjson']);
  await until(() => said.stdout.includes('"step-started"'));
  expect(isThere('password')).toBe(true);
  send('SIGINT');
  await until(() => said.stdout.includes('"interrupted"'));
  send('SIGTERM');
  expect(await ended).toBe(143);
  await nothingLeft();
});

describe('run --report', () => {
  test('interrupted twice, leaves the old report as it was, and nothing beside it', async () => {
    const fleet = await briefly({ faults: { 'agent-01': 'docker-hangs' } });
    const path = join(folder, 'r.json');
    writeFileSync(path, 'old');
    const args = ['run', fleet.inventoryFile, '--report', path, '-o', 'ndjson'];
    const { said, ended, send } = tool(args);
    await until(() => said.stdout.includes('"step":"login"'));
    const beside = expect.stringMatching(/^\.node-prep-report\..*\.tmp$/);
    expect(readdirSync(folder).toSorted()).toEqual([beside, 'r.json']);
    // At once, or the run might end by itself in between; which of them comes first is the system's choice.
    send('SIGINT');
    send('SIGTERM');
    expect([130, 143]).toContain(await ended);
    expect(said.stdout).not.toContain('"type":"report"');
    expect(readdirSync(folder)).toEqual(['r.json']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('on a full disk: a good run is no longer 0, the report says why, and so does the last line', async () => {
    const fleet = await briefly();
    const { said, ended } = tool(['run', fleet.inventoryFile, '--report', '/dev/full', '-o', 'json']);
    expect(await ended).toBe(1);
    expect(JSON.parse(said.stdout)).toMatchObject({ ok: true, totals: { ok: 1 } });
    expect(said.stderr).toContain('The report could not be written to /dev/full: no space is left there.\n');
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  test('goes to standard error behind all that is said there', async () => {
    const fleet = await briefly();
    const { said, ended } = tool(['run', fleet.inventoryFile, '--report', '/dev/stderr', '-o', 'json']);
    expect(await ended).toBe(0);
    expect(said.stderr.endsWith(said.stdout)).toBe(true);
  });

  test('in a file is the report of standard output', async () => {
    const fleet = await briefly();
    const path = join(folder, 'r.json');
    const { said, ended } = tool(['run', fleet.inventoryFile, '--report', path, '-o', 'json']);
    expect(await ended).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(said.stdout));
  });
});

test('a bug in the middle of a lab run is exit code 70, and its folder is gone all the same', async () => {
  const bug = `data:text/javascript,
    import { readdirSync } from 'node:fs';
    const there = () => readdirSync(${JSON.stringify(folder)}).some((name) => name.startsWith('node-prep-lab-'));
    const timer = setInterval(() => { if (there()) { clearInterval(timer); throw new Error('a bug'); } }, 5);`;
  const { said, ended } = tool(['lab', 'run'], '--import', bug);
  expect(await ended).toBe(70);
  expect(said.stderr).toMatch(/has a bug: a bug\n/);
  await nothingLeft();
});
