import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { readAppFile } from '../../src/files/app-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-app-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const never = new AbortController().signal;
const stdin = (more: object = {}) => Object.assign(new PassThrough(), more) as unknown as NodeJS.ReadStream;

function put(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

describe('an app', () => {
  test('is read from a file, without its byte order mark', async () => {
    expect(await readAppFile(put('app.json', '\ufeff{"id":"/ä"}'), stdin(), never)).toEqual({
      ok: true,
      value: '{"id":"/ä"}',
    });
  });

  test('or from standard input, in however many pieces', async () => {
    const input = stdin();
    const text = readAppFile('-', input, never);
    const [first, second] = [
      Buffer.from('{"id":"/\u00e4"}').subarray(0, 8),
      Buffer.from('{"id":"/\u00e4"}').subarray(8),
    ];
    (input as unknown as PassThrough).write(first);
    (input as unknown as PassThrough).end(second);
    expect(await text).toEqual({ ok: true, value: '{"id":"/ä"}' });
  });

  test.each([
    ['a file that is not there', () => at('none.json'), /no such file/],
    ['a folder', () => mkdirSync(at('folder'), { recursive: true }) ?? at('folder'), /folder/],
    ['no text', () => put('binary', new Uint8Array([0xff, 0xfe, 0x00])), /not UTF-8/],
    ['something endless', () => put('large', Buffer.alloc(9 * 1024 * 1024, 'a')), /more than 8 MiB/],
    ['a device without an end', () => '/dev/zero', /more than 8 MiB/],
  ])('is not %s', async (_, path, words) => {
    const found = await readAppFile(path(), stdin(), never);
    expect(found).toMatchObject({
      ok: false,
      error: { code: 'APP_UNREADABLE', message: expect.stringMatching(words) },
    });
  });

  test('nobody is asked to type it at a terminal', async () => {
    const found = await readAppFile('-', stdin({ isTTY: true }), never);
    expect(found).toMatchObject({ ok: false, error: { message: expect.stringMatching(/terminal/) } });
  });

  test('nor at a terminal that is given as a file', async () => {
    // Opening it makes a new terminal, and gives its other side.
    const found = await readAppFile('/dev/ptmx', stdin(), never);
    expect(found).toMatchObject({ ok: false, error: { message: expect.stringMatching(/is a terminal/) } });
  });
});

describe('a named pipe', () => {
  const pipe = (name: string) => {
    execFileSync('mkfifo', [at(name)]);
    return at(name);
  };

  test('gives an app, whenever it is written and in however many pieces', async () => {
    const path = pipe('pieces');
    const found = readAppFile(path, stdin(), never);
    const write = `{ printf '{"id":'; sleep 0.2; printf '"/a"}'; } >'${path}'`;
    setTimeout(() => spawn('sh', ['-c', write]), 100);
    expect(await found).toEqual({ ok: true, value: '{"id":"/a"}' });
  });

  test('into which nothing is written is empty once the writer has gone', async () => {
    const path = pipe('empty');
    const found = readAppFile(path, stdin(), never);
    spawn('sh', ['-c', `exec 9>'${path}'; sleep 0.5`]);
    expect(await found).toEqual({ ok: true, value: '' });
  });

  test('without a name, as of a shell, ends with its writer', () => {
    const program = `
      const { readAppFile } = await import(${JSON.stringify(import.meta.resolve('../../src/files/app-file.ts'))});
      const found = await readAppFile('/dev/fd/3', process.stdin, new AbortController().signal);
      console.log(JSON.stringify(found)); process.exit();`;
    const node = ['--input-type=module', '-e', program];
    for (const [writer, value] of [
      ['sleep 0.2; echo {}', '{}\n'],
      ['false', ''],
    ] as const) {
      const command = `{ ${writer}; } | { exec 3<&0 </dev/null; exec "$0" "$@"; }`;
      const { stdout } = spawnSync('sh', ['-c', command, process.execPath, ...node], { encoding: 'utf8' });
      expect(JSON.parse(stdout)).toEqual({ ok: true, value });
    }
  });
});

describe('an interruption', () => {
  const interrupted = { ok: false, error: { code: 'INTERRUPTED' } };

  test('ends the wait for standard input, even one from before', async () => {
    const stop = new AbortController();
    const found = readAppFile('-', stdin(), stop.signal);
    stop.abort();
    expect(await found).toMatchObject(interrupted);
    expect(await readAppFile('-', stdin(), stop.signal)).toMatchObject(interrupted);
    expect(await readAppFile(put('late.json', '{}'), stdin(), stop.signal)).toMatchObject(interrupted);
  });

  // In a program of its own: it must also be able to exit, which a thread in open(2) or read(2) would prevent.
  test.each([
    ['nobody opens', ''],
    ['somebody opens and says nothing', 'exec 9<>"$1"; '],
    ['somebody stops talking in the middle', 'exec 9<>"$1"; printf "{" >&9; '],
  ])('ends the wait at a named pipe that %s, and the program exits', (who, before) => {
    const path = at(`pipe of ${who}`);
    execFileSync('mkfifo', [path]);
    const program = `
      const { readAppFile } = await import(${JSON.stringify(import.meta.resolve('../../src/files/app-file.ts'))});
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 200);
      const found = await readAppFile(${JSON.stringify(path)}, process.stdin, stop.signal);
      console.log(found.error.code); process.exit();`;
    const command = `${before}exec "$0" --input-type=module -e "$2"`;
    const run = spawnSync('sh', ['-c', command, process.execPath, path, program], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(run).toMatchObject({ status: 0, stdout: 'INTERRUPTED\n' });
  });
});
