import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runOn } from '../../src/app/run.ts';
import type { World } from '../../src/app/world.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import type { RunRequest } from '../../src/domain/request.ts';
import { listenForInterruption } from '../../src/terminal/interruption.ts';

const INVENTORY = `registries:
  registry.example.com:
    username: ci-puller
    password: { file: password }
agents: [127.0.0.1]
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
  writeFileSync(join(folder, 'inventory.yaml'), INVENTORY);
  writeFileSync(join(folder, 'password'), 'from a file');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs as far as an operator's mistake lets it come; that there is a report file is as far as it may come. */
async function refused(args: readonly string[]) {
  const texts = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(text, _, done) {
        texts[name] += text;
        done();
      },
    });
  const world = {
    env: {},
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    interruption: listenForInterruption({ on: () => undefined }, () => undefined),
    home: folder,
    directory: folder,
    username: 'me',
    userId: null,
    hostname: 'here',
  } as unknown as World;
  const parsed = parseCommandLine(['run', join(folder, 'inventory.yaml'), ...args], '0');
  if (parsed.kind !== 'request') throw new Error('that is no request');
  const report = await runOn(parsed.request as RunRequest, world, () => {
    throw new Error('gone too far');
  });
  return { report, ...texts };
}

test.each([
  ['a folder', '.', 'it is a folder'],
  ['the inventory', 'inventory.yaml', 'it is the inventory'],
  ['the password', 'password', 'it is a file that the inventory names'],
  ['a folder that is not there', 'none/r.json', 'there is no such folder'],
])('--report with %s is a problem, for a person and for a program', async (_, name, reason) => {
  const path = join(folder, name);
  const message = `The report cannot be written to ${path}: ${reason}.`;
  const forPerson = await refused(['--report', path, '-o', 'lines']);
  expect(forPerson).toMatchObject({ report: null, stdout: '' });
  expect(forPerson.stderr).toMatch(/^The report [^\n]*\n {2}→ Name a file/);
  expect(forPerson.stderr).toContain(message);
  const forProgram = await refused(['--report', path, '-o', 'json']);
  expect(forProgram).toMatchObject({ report: null, stderr: '' });
  expect(JSON.parse(forProgram.stdout)).toEqual({
    schema: 'node-prep/problems/v1',
    problems: [{ code: 'REPORT_UNWRITABLE', message, hint: expect.any(String) }],
  });
  expect(readdirSync(folder).toSorted()).toEqual(['inventory.yaml', 'password']);
  expect(readFileSync(join(folder, 'inventory.yaml'), 'utf8')).toBe(INVENTORY);
});

test.each(['json', 'ndjson', 'junit'])('-o %s has standard output for itself', async (output) => {
  const { stdout, stderr } = await refused(['--report', '/dev/stdout', '-o', output]);
  expect(stdout + stderr).toContain('standard output has the result already');
});
