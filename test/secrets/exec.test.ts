import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { surroundings } from './surroundings.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-exec-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sh = (script: string, ...words: string[]) =>
  ({ kind: 'exec', argv: ['/bin/sh', '-c', script, 'sh', ...words] }) as const;
const read = (script: string) => surroundings().read(sh(script));

/** True once no process has that id; waits for it, as long as the test lasts. */
async function isGone(pid: number): Promise<boolean> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

describe('the one line that a program prints is the secret', () => {
  test('without its line end', async () => {
    expect(await read('echo s3cret')).toBe('s3cret');
  });

  test('without a shell: words reach the program as they are', async () => {
    const { read } = surroundings();
    expect(await read({ kind: 'exec', argv: ['printf', '%s', '$HOME `id` "*"; exit 3'] })).toBe(
      '$HOME `id` "*"; exit 3',
    );
  });

  test('nothing comes on its standard input', async () => {
    expect(await read('cat; echo s3cret')).toBe('s3cret');
  });

  test('what it says on standard error meanwhile is kept back', async () => {
    expect(await read('echo noise >&2; echo s3cret')).toBe('s3cret');
  });

  test('it inherits the environment, but for the variables that hold secrets', async () => {
    const references = [{ kind: 'env', name: 'REGISTRY_PASSWORD' } as const];
    const { read } = surroundings({ REGISTRY_PASSWORD: 's3cret', VAULT_TOKEN: 't0ken' }, { references });
    expect(await read(sh('echo "$VAULT_TOKEN-$REGISTRY_PASSWORD"'))).toBe('t0ken-');
  });

  test('a child in the background that holds the output open does not delay it, nor outlive it', async () => {
    const path = join(folder, 'pid');
    expect(await read(`sleep 60 & echo $! > ${path}; echo s3cret`)).toBe('s3cret');
    const { readFileSync } = await import('node:fs');
    expect(await isGone(Number(readFileSync(path, 'utf8')))).toBe(true);
  });
});

describe('what is no secret is a problem', () => {
  test.each<[string, string, RegExp]>([
    ['a failure', 'echo s3cret; exit 3', /\/bin\/sh failed with exit code 3\./],
    [
      'a failure that explains itself',
      'echo vault is sealed >&2; exit 2',
      /failed with exit code 2: vault is sealed/,
    ],
    ['a signal', 'kill -9 $$', /was ended by SIGKILL/],
    ['nothing', 'true', /is empty/],
    ['two lines', 'echo s3cret; echo s3cret2', /more than one line/],
    ['no text', "printf '\\377'", /not UTF-8/],
    ['a flood', 'yes s3cret', /larger than 64 KiB/],
  ])('%s', async (_, script, expected) => {
    const text = await read(script);
    expect(text).toMatch(/^SECRET_UNAVAILABLE /);
    expect(text).toMatch(expected);
    // The command line itself is the operator's, and shown.
    expect(text.replace(/The output of .*? (?=is |has )/s, '')).not.toContain('s3cret');
  });

  test('no such program', async () => {
    const { read } = surroundings();
    expect(await read({ kind: 'exec', argv: ['node-prep-no-such-program'] })).toMatch(/was not found/);
  });

  test('a file that is not executable', async () => {
    const path = join(folder, 'plain');
    writeFileSync(path, 'echo s3cret', { mode: 0o600 });
    expect(await surroundings().read({ kind: 'exec', argv: [path] })).toMatch(/may not be executed/);
  });

  test.each([[[]], [['']], [['a\0b']]])('no program at all: %j', async (argv) => {
    expect(await surroundings().read({ kind: 'exec', argv })).toMatch(/^SECRET_UNAVAILABLE/);
  });
});

describe('what a failing program says is shown without secrets', () => {
  test.each<[string, string]>([
    ['what it printed', 'echo s3cret; echo "cannot use s3cret" >&2; exit 1'],
    ['what it calls a password', 'echo "password: s3cret" >&2; exit 1'],
    ['what it calls a token', 'echo "{\\"token\\": \\"s3cret\\"}" >&2; exit 1'],
  ])('%s', async (_, script) => {
    const { source } = surroundings();
    const result = await source.read(sh(script));
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringContaining('[secret]') } });
    expect(JSON.stringify(result)).not.toContain('s3cret');
  });

  test('the secrets that were read before', async () => {
    const { read } = surroundings({ REGISTRY_PASSWORD: 's3cret-of-before' });
    await read({ kind: 'env', name: 'REGISTRY_PASSWORD' });
    const { argv } = sh('echo "leaked $(echo s3cret)-of-before" >&2; exit 1');
    expect(await read({ kind: 'exec', argv })).toMatch(/exit code 1: leaked \[secret\]/);
  });

  test('its end only, on one line, without control characters', async () => {
    const text = await read('yes noise | head -5000 >&2; printf "\\033[2Jthe end" >&2; exit 1');
    expect(text).toMatch(/: …[^\n]*\\x1b\[2Jthe end /);
    expect(text.length).toBeLessThan(1_000);
  });
});

describe('a program that does not end', () => {
  test('is ended with all that it started when its time is up', async () => {
    const { read } = surroundings({}, { timeoutMs: 200 });
    const path = join(folder, 'pids');
    const text = await read(sh(`trap '' TERM; sleep 60 & echo $$ $! > ${path}; wait; wait; sleep 60`));
    expect(text).toMatch(/gave no answer within 200ms.*\{ prompt: text \}/);
    const { readFileSync } = await import('node:fs');
    for (const pid of readFileSync(path, 'utf8').trim().split(' '))
      expect(await isGone(Number(pid))).toBe(true);
  });

  test('is ended when the operator interrupts', async () => {
    const { read, interruption } = surroundings();
    const text = read(sh('sleep 60'));
    setTimeout(() => interruption.abort(), 50);
    expect(await text).toMatch(/^INTERRUPTED/);
  });
});
