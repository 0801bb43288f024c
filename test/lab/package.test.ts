import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

describe('the package that npm pack makes', () => {
  let folder = '';
  let installed = '';
  let files: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'node-prep-package-'));
    // `npm test` has built it; building once more would pull dist from under the tests that run beside this one.
    const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const [made] = Object.values(JSON.parse(packed.stdout)) as {
      filename: string;
      files: { path: string }[];
    }[];
    if (made === undefined) throw new Error('npm pack made nothing');
    files = made.files.map(({ path }) => path);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const flags = ['--ignore-scripts', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, join(folder, made.filename)], { cwd: folder });
    installed = join(folder, 'node_modules/node-prep/bin/node-prep.js');
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what it needs and nothing else', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/node-prep.js',
        'dist/main.js',
        'dist/remote/node-prep.sh',
        'inventory.example.yaml',
        'README.md',
        'LICENSE',
      ]),
    );
    expect(files.filter((path) => /^(test|src|docs|node_modules)\/|\.tsbuildinfo$/.test(path))).toEqual([]);
  });

  test('runs elsewhere, without install scripts and optional packages', async () => {
    const version = await run(process.execPath, [installed, '--version'], { cwd: folder });
    expect(version.stdout).toMatch(/^node-prep \d+\.\d+\.\d+\n$/);
    const lab = await run(process.execPath, [installed, 'lab', 'run', '--agents', '3', '-o', 'json'], {
      cwd: folder,
    });
    expect(JSON.parse(lab.stdout)).toMatchObject({ schema: 'node-prep/report/v1', totals: { agents: 3 } });
  });
});
