import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { askMarathon, type MarathonQuestion } from '../../src/marathon-api/ask.ts';
import { type MarathonStandIn, startMarathon } from '../support/marathon.ts';

const TOKEN = 'eyJ.a-token.of-dcos';
const APP = { id: '/prod/runner', container: { docker: { image: 'r.example.com/runner:1' } } };
const apps = { '/prod/runner': APP };
const running: MarathonStandIn[] = [];

async function start(options: Parameters<typeof startMarathon>[0] = {}) {
  const marathon = await startMarathon({ apps, ...options });
  running.push(marathon);
  return marathon;
}

afterEach(async () => {
  for (const marathon of running.splice(0)) await marathon.stop();
});

function ask(url: URL, more: Partial<MarathonQuestion> = {}) {
  const signal = new AbortController().signal;
  return askMarathon({ url, appId: '/prod/runner', token: null, ca: null, signal, ...more });
}

const withToken = { token: new Secret(TOKEN) };
const codeOf = async (answer: ReturnType<typeof ask>) => {
  const found = await answer;
  if (found.ok) throw new Error('it should be a problem');
  expect(`${found.error.message} ${found.error.hint}`).not.toContain(TOKEN);
  expect(found.error.message).toMatch(/No agent was contacted\.$/);
  return found.error.code;
};

describe('Marathon is asked for an app', () => {
  test('and for who runs its tasks', async () => {
    const { url, seen } = await start();
    expect(await ask(url)).toEqual({
      ok: true,
      value: { appText: JSON.stringify(APP, null, 2), version: '1.11.24', mesosUser: 'root' },
    });
    expect(seen).toEqual([
      { path: '/v2/apps/prod/runner', authorization: null },
      { path: '/v2/info', authorization: null },
    ]);
  });

  test('below the path that DC/OS serves it at, with the token as DC/OS expects it', async () => {
    const { url, seen } = await start({ prefix: '/service/marathon', token: TOKEN });
    expect((await ask(new URL(`${url}/`), withToken)).ok).toBe(true);
    expect(seen[0]).toEqual({
      path: '/service/marathon/v2/apps/prod/runner',
      authorization: `token=${TOKEN}`,
    });
  });

  test('an app is known without /v2/info, which not everybody may see', async () => {
    const { url } = await start({ info: null });
    expect(await ask(url)).toMatchObject({ ok: true, value: { version: null, mesosUser: null } });
  });

  test('an id cannot lead out of the path', async () => {
    const { url, seen } = await start();
    await ask(url, { appId: '/a?b#c' });
    expect(seen[0]?.path).toBe('/v2/apps/a%3Fb%23c');
  });
});

describe('a clear word for', () => {
  test.each([
    ['no token', 401, 'MARATHON_UNAUTHORIZED'],
    ['a user who may not', 403, 'MARATHON_UNAUTHORIZED'],
    ['an app that is not there', 404, 'MARATHON_APP_UNKNOWN'],
    ['a Marathon in trouble', 503, 'MARATHON_NONSENSE'],
  ])('%s', async (_, status, code) => {
    const { url } = await start({
      instead(_path, response) {
        response.writeHead(status).end(JSON.stringify({ message: `no\u001b[2J ${TOKEN.slice(0, 0)}` }));
        return true;
      },
    });
    expect(await codeOf(ask(url, withToken))).toBe(code);
  });

  test.each([
    ['no JSON', '<html>'],
    ['an answer without an app', '{}'],
    ['a list', '[1]'],
    ['an app that is none', '{"app":7}'],
    ['nothing', ''],
  ])('%s', async (_, body) => {
    const { url } = await start({
      instead(_path, response) {
        response.end(body);
        return true;
      },
    });
    expect(await codeOf(ask(url))).toBe('MARATHON_NONSENSE');
  });

  test('a flood', async () => {
    const { url } = await start({
      instead(_path, response) {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 'a')));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
        return true;
      },
    });
    expect(await codeOf(ask(url))).toBe('MARATHON_UNREACHABLE');
  });

  test('a connection that breaks in the middle', async () => {
    const { url } = await start({
      instead(_path, response) {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{');
        setTimeout(() => response.destroy(), 20);
        return true;
      },
    });
    expect(await codeOf(ask(url))).toBe('MARATHON_UNREACHABLE');
  });

  test('nobody there', async () => {
    const marathon = await startMarathon();
    await marathon.stop();
    expect(await codeOf(ask(marathon.url))).toBe('MARATHON_UNREACHABLE');
  });

  test('an interruption', async () => {
    const { url } = await start({ instead: () => true });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const answer = await ask(url, { signal: stop.signal });
    expect(answer).toMatchObject({ ok: false, error: { code: 'INTERRUPTED' } });
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 307) => ({
    instead(path: string, response: import('node:http').ServerResponse) {
      if (path.startsWith('/leader')) return false;
      response.writeHead(status, { location }).end();
      return true;
    },
    prefix: '/leader',
  });

  test.each([301, 302, 303, 307, 308])('on the same host is followed with the token: %i', async (status) => {
    const { url, seen } = await start({ ...to('/leader/v2/apps/prod/runner', status), token: TOKEN });
    const answer = await ask(new URL('/', url), withToken);
    expect(answer.ok).toBe(true);
    expect(seen[1]).toEqual({ path: '/leader/v2/apps/prod/runner', authorization: `token=${TOKEN}` });
  });

  test('to another host gets no token: it is not followed', async () => {
    const other = await start();
    const { url } = await start(to(`${other.url.origin}/v2/apps/prod/runner`));
    expect(await codeOf(ask(new URL('/', url), withToken))).toBe('MARATHON_REDIRECTED');
    expect(other.seen).toEqual([]);
  });

  test('to another host is followed where there is no token', async () => {
    const other = await start();
    const { url } = await start(to(`${other.url.origin}/v2/apps/prod/runner`));
    expect((await ask(new URL('/', url))).ok).toBe(true);
  });

  test.each([
    ['in a circle', '/'],
    ['out of HTTP', 'file:///etc/passwd'],
    ['nowhere', 'http://'],
    ['to a user', 'http://a:b@127.0.0.1/'],
  ])('%s is not followed', async (_, location) => {
    const { url, seen } = await start(to(location));
    expect(await codeOf(ask(new URL('/', url)))).toBe('MARATHON_REDIRECTED');
    expect(seen.length).toBeLessThan(8);
  });
});

describe('a token in clear', () => {
  test('does not go over a network', async () => {
    const url = new URL('http://marathon.example.com:8080');
    expect(await codeOf(ask(url, withToken))).toBe('MARATHON_INSECURE');
  });
});

describe('a token', () => {
  test('that no header can hold is a problem, and not the end of the program', async () => {
    const { url, seen } = await start();
    const token = new Secret('a\u20acb');
    expect(await ask(url, { token })).toMatchObject({ ok: false, error: { code: 'MARATHON_UNREACHABLE' } });
    expect(seen).toEqual([]);
  });

  test('that the server quotes is masked', async () => {
    for (const status of [404, 500]) {
      const { url } = await start({
        instead(_path, response) {
          response.writeHead(status).end(JSON.stringify({ message: `bad header token=${TOKEN}` }));
          return true;
        },
      });
      const code = await codeOf(ask(url, withToken));
      expect(code).toMatch(/^MARATHON_/);
    }
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-ca-'));
  const [key, cert] = ['key', 'crt'].map((name) => join(folder, name)) as [string, string];
  const subject = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=private CA'];
  execFileSync(
    'openssl',
    ['req', ...subject, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    {
      stdio: 'pipe',
    },
  );
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });

  test('with the CA of the inventory', async () => {
    const { url } = await start({ tls, token: TOKEN });
    expect((await ask(url, { ...withToken, ca: tls.cert })).ok).toBe(true);
  });

  test('without it no token is sent', async () => {
    const { url, seen } = await start({ tls, token: TOKEN });
    expect(await codeOf(ask(url, withToken))).toBe('MARATHON_TLS');
    expect(seen).toEqual([]);
  });

  test('never falls back to plain HTTP', async () => {
    const plain = await start();
    const { url } = await start({
      tls,
      instead(_path, response) {
        response.writeHead(302, { location: plain.url.href }).end();
        return true;
      },
    });
    expect(await codeOf(ask(url, { ca: tls.cert }))).toBe('MARATHON_REDIRECTED');
  });
});
