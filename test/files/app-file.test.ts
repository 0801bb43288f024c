import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { readAppFile } from '../../src/files/app-file.ts';
import { readCaFile } from '../../src/files/ca-file.ts';

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

  test('a pipe into which nobody writes is given up at the interruption', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const found = await readAppFile('-', stdin(), stop.signal);
    expect(found).toMatchObject({ ok: false, error: { message: expect.stringMatching(/interrupted/) } });
  });
});

test('an app comes out of a named pipe too, whenever it is written', async () => {
  const pipe = at('pipe');
  execFileSync('mkfifo', [pipe]);
  const found = readAppFile(pipe, stdin(), never);
  setTimeout(() => spawn('sh', ['-c', `{ printf '{"id":'; sleep 0.2; printf '"/a"}'; } >'${pipe}'`]), 100);
  expect(await found).toEqual({ ok: true, value: '{"id":"/a"}' });
});

describe('a CA', () => {
  const key = at('key');
  const cert = at('crt');
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=private CA'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert], { stdio: 'pipe' });

  test('is one certificate or several in PEM, without whatever else the file holds', async () => {
    const pem = execFileSync('cat', [cert], { encoding: 'utf8' });
    const found = await readCaFile(put('both.pem', `# DC/OS\n${pem}\n${pem}`), never);
    expect(found.ok && found.value.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(found.ok && found.value).not.toContain('DC/OS');
  });

  test.each([
    ['a key', () => key, /no certificate/],
    [
      'a damaged one',
      () => put('bad.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
      /damaged/,
    ],
    ['a file that is not there', () => at('none.pem'), /no such file/],
  ])('is not %s', async (_, path, words) => {
    const found = await readCaFile(path(), never);
    expect(found).toMatchObject({
      ok: false,
      error: { code: 'CA_UNREADABLE', message: expect.stringMatching(words) },
    });
  });
});
