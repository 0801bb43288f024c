import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCaFile } from '../../src/files/ca-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-ca-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const never = new AbortController().signal;

function put(name: string, content: string): string {
  writeFileSync(at(name), content);
  return at(name);
}

describe('a CA', () => {
  const key = at('key');
  const cert = at('crt');
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=private CA'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert], { stdio: 'pipe' });

  test('is one certificate or several in PEM, without whatever else the file holds', async () => {
    const pem = readFileSync(cert, 'utf8');
    const found = await readCaFile(put('both.pem', `# DC/OS\n${pem}\n${pem}`), never);
    expect(found.ok && found.value.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(found.ok && found.value).not.toContain('DC/OS');
  });

  test.each([
    ['a key', () => key, /no certificate/],
    ['nothing', () => '/dev/null', /no certificate/],
    ['a folder', () => folder, /folder/],
    [
      'good, where one of two is damaged',
      () => put('half.pem', `${readFileSync(cert)}-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----`),
      /damaged/,
    ],
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

  test('a key beside it is not taken along', async () => {
    const found = await readCaFile(put('all.pem', `${readFileSync(key)}${readFileSync(cert)}`), never);
    expect(found.ok && found.value).toMatch(/^-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----$/);
  });

  test('an interruption ends the wait for one', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const stop = new AbortController();
    const found = readCaFile(at('pipe'), stop.signal);
    stop.abort();
    expect(await found).toMatchObject({ ok: false, error: { code: 'INTERRUPTED' } });
  });
});
