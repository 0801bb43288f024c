import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { always, ask, problemOf, start, TOKEN, withToken } from './asking.ts';

const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-ca-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A certificate that is its own CA, for 127.0.0.1 or another name. */
function certificate(name: string, subject: string) {
  const [key, cert] = ['key', 'crt'].map((suffix) => join(folder, `${name}.${suffix}`)) as [string, string];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=private CA', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', ...kind, '-addext', `subjectAltName=${subject}`, '-keyout', key, '-out', cert],
    { stdio: 'pipe' },
  );
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8'), file: cert };
}

const tls = certificate('good', 'IP:127.0.0.1');

describe('TLS', () => {
  test('with the CA of the inventory', async () => {
    const { url } = await start({ tls, token: TOKEN });
    expect((await ask(url, { ...withToken, ca: tls.cert })).ok).toBe(true);
  });

  test('without it no token is sent', async () => {
    const { url, seen } = await start({ tls, token: TOKEN });
    expect(await problemOf(ask(url, withToken))).toMatchObject({
      code: 'MARATHON_TLS',
      message: expect.stringContaining('nobody known has signed it'),
      hint: expect.stringContaining('caFile'),
    });
    expect(seen).toEqual([]);
  });

  test.each([
    ['another CA', tls, certificate('other', 'IP:127.0.0.1').cert, /nobody known/],
    ['another name', certificate('name', 'DNS:m.example.com'), null, /for another name/],
  ])('a certificate of %s is refused', async (_, own, ca, words) => {
    const { url, seen } = await start({ tls: own });
    const found = await problemOf(ask(url, { ...withToken, ca: ca ?? own.cert }));
    expect(found).toMatchObject({ code: 'MARATHON_TLS', message: expect.stringMatching(words) });
    expect(seen).toEqual([]);
  });

  test('never falls back to plain HTTP', async () => {
    const plain = await start();
    const { url } = await start({ tls, ...always(302, '', { location: plain.url.href }) });
    expect((await problemOf(ask(url, { ca: tls.cert }))).code).toBe('MARATHON_REDIRECTED');
    expect(plain.seen).toEqual([]);
  });

  test('a server without TLS is told', async () => {
    const { url } = await start();
    const found = await problemOf(ask(new URL(`https://${url.host}`), withToken));
    expect(found).toMatchObject({ code: 'MARATHON_TLS', message: expect.stringContaining('http://') });
  });

  test('what is no certificate is a problem, no crash', async () => {
    const { url } = await start({ tls });
    const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect((await problemOf(ask(url, { ca }))).code).toMatch(/^MARATHON_(TLS|UNREACHABLE)$/);
  });

  // In a process of its own: the system's certificates are read once.
  test.each([
    ['the system', { SSL_CERT_FILE: tls.file, NODE_EXTRA_CA_CERTS: undefined }],
    ['NODE_EXTRA_CA_CERTS', { SSL_CERT_FILE: undefined, NODE_EXTRA_CA_CERTS: tls.file }],
  ])('a CA of %s is trusted beside that of the inventory', async (_, more) => {
    const { url } = await start({ tls });
    const { file } = certificate('beside', 'IP:127.0.0.3');
    const text = `
      import { readFileSync } from 'node:fs';
      const { askMarathon } = await import(${JSON.stringify(import.meta.resolve('../../src/marathon-api/ask.ts'))});
      const { signal } = new AbortController();
      const ca = readFileSync(${JSON.stringify(file)}, 'utf8');
      const url = new URL(${JSON.stringify(url.href)});
      console.log(JSON.stringify(await askMarathon({ url, appId: '/prod/runner', token: null, ca, signal })));`;
    const env = { ...process.env, ...more };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], {
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  });
});
