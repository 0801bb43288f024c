import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

const PATH = join(import.meta.dirname, '../../bin/node-prep.js');
const TEXT = readFileSync(PATH, 'utf8');

/** Runs the file as a Node of that version would; what it imports is refused, and noted. */
async function runOn(version: string) {
  const errors: string[] = [];
  const imported: string[] = [];
  const warned: string[] = [];
  const process = {
    versions: { node: version },
    execPath: '/usr/bin/node',
    exitCode: 0,
    emitWarning: (warning: string) => void warned.push(warning),
  };
  const load = async (specifier: string): Promise<never> => {
    imported.push(specifier);
    throw new Error('not now');
  };
  const console = { error: (...words: unknown[]) => void errors.push(format(...words)) };
  const script = TEXT.replace(/^#!.*/, '').replace('import(', 'load(');
  runInNewContext(script, { process, console, load, __filename: PATH });
  await new Promise((done) => setImmediate(done));
  return { errors, imported, process, warned };
}

describe('on a Node that cannot run the tool', () => {
  test.each(['10.24.1', '12.22.12', '18.20.8', '20.20.2', '22.12.0', '23.3.0'])(
    '%s: one line, exit code 2, nothing loaded',
    async (version) => {
      const { errors, imported, process } = await runOn(version);
      expect(errors).toEqual([expect.stringMatching(/^[^\n]+$/)]);
      expect(errors[0]).toContain(`needs Node.js 22.13 or newer; this is ${version} (/usr/bin/node)`);
      expect(process.exitCode).toBe(2);
      expect(imported).toEqual([]);
    },
  );
});

describe('on a Node that can', () => {
  test.each(['22.13.0', '22.21.1', '23.4.0', '24.0.0', '25.1.0'])(
    '%s: one import, and nothing else',
    async (version) => {
      expect((await runOn(version)).imported).toEqual(['../dist/main.js']);
    },
  );

  test('what cannot be loaded is a bug: exit code 70', async () => {
    const { errors, process } = await runOn('24.0.0');
    expect(errors.join()).toContain('not now');
    expect(process.exitCode).toBe(70);
  });

  test('the warning about SQLite is swallowed, and no other', async () => {
    const { process, warned } = await runOn('22.13.0');
    process.emitWarning('SQLite is an experimental feature and might change at any time');
    process.emitWarning('Something else is an experimental feature');
    expect(warned).toEqual(['Something else is an experimental feature']);
  });
});

test('the file is CommonJS in a syntax that old versions can read', () => {
  expect(JSON.parse(readFileSync(join(PATH, '../package.json'), 'utf8'))).toEqual({ type: 'commonjs' });
  expect(TEXT).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(TEXT).not.toMatch(/\?\.|\?\?|^import |^export |\bawait\b|\bclass\b/m);
});
