import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { startMarathon } from '../support/marathon.ts';
import { APP, always, ask, problemOf, start, TOKEN, withToken } from './asking.ts';

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

  test('and its tasks of now, which may be thousands, are left out', async () => {
    const tasks = Array.from({ length: 5_000 }, (_, id) => ({ id: `task-${id}`, host: 'gpu-1' }));
    const { url } = await start({ apps: { '/prod/runner': { ...APP, tasks } } });
    expect(await ask(url)).toMatchObject({ ok: true, value: { appText: JSON.stringify(APP, null, 2) } });
  });

  test('neither its id nor the path of the address leads to another host', async () => {
    const { url, seen } = await start();
    await ask(url, { appId: '/a?b#c' });
    await ask(new URL(`${url.origin}//127.0.0.2:1/x`), withToken);
    expect(seen.map(({ path }) => path)).toEqual([
      '/v2/apps/a%3Fb%23c',
      '//127.0.0.2:1/x/v2/apps/prod/runner',
    ]);
  });
});

describe('who runs the tasks', () => {
  test.each([
    ['a user who may not see /v2/info', 403, '{"message":"Not Authorized"}'],
    ['a proxy that does not lead there', 404, 'not here'],
    ['a proxy that has a page for everything', 200, '<html>'],
    ['an info without it', 200, '{"version":7,"marathon_config":{"mesos_user":""}}'],
    ['an info that is none', 200, '[]'],
    ['a redirect to a login page', 302, ''],
  ])('is not known to %s; the app is', async (_, status, body) => {
    const elsewhere = { location: 'https://login.example.com/' };
    const { url } = await start(always(status, body, elsewhere, /^\/v2\/apps/));
    expect(await ask(url, withToken)).toMatchObject({ ok: true, value: { version: null, mesosUser: null } });
  });

  test.each([
    ['is in trouble', 503],
    ['is asked too often', 429],
  ])('is not taken for unknown while Marathon %s: a check would prove less', async (_, status) => {
    const { url } = await start(always(status, '{"message":"later"}', {}, /^\/v2\/apps/));
    const message = expect.stringContaining('later');
    expect(await problemOf(ask(url))).toMatchObject({ code: 'MARATHON_NONSENSE', message });
  });

  test('nor where it does not answer in time', async () => {
    const { url } = await start({ instead: (path) => path === '/v2/info' });
    expect(await problemOf(ask(url, { timeoutMs: 500 }))).toMatchObject({ code: 'MARATHON_UNREACHABLE' });
  });
});

describe('a clear word for', () => {
  test.each([
    ['no token', 401, {}, 'MARATHON_UNAUTHORIZED', /wants a token/],
    ['a token that has run out', 401, withToken, 'MARATHON_UNAUTHORIZED', /no longer.*five days/],
    ['a user who may not', 403, withToken, 'MARATHON_UNAUTHORIZED', /does not let this user/],
    [
      'an app that is not there',
      404,
      {},
      'MARATHON_APP_UNKNOWN',
      /no app \/prod\/runner \(it says: no\\x1b\[2J/,
    ],
    ['a Marathon in trouble', 503, {}, 'MARATHON_NONSENSE', /status is 503, and it says: no\\x1b\[2J/],
    ['an address that takes no such thing', 204, {}, 'MARATHON_NONSENSE', /status is 204/],
  ])('%s', async (_, status, more, code, words) => {
    const { url } = await start(always(status, JSON.stringify({ message: 'no\u001b[2J' })));
    const found = await problemOf(ask(url, more));
    expect(found.code).toBe(code);
    expect(`${found.message} ${found.hint}`).toMatch(words);
  });

  test('an address that is of no Marathon', async () => {
    const { url } = await start(always(404, '<html>'));
    expect(await problemOf(ask(url))).toMatchObject({
      code: 'MARATHON_APP_UNKNOWN',
      hint: expect.stringContaining('/service/marathon'),
    });
  });

  test.each([
    ['no JSON', '<html>'],
    ['an answer without an app', '{}'],
    ['a list', '[1]'],
    ['an app that is none', '{"app":7}'],
    ['an app that is a list', '{"app":[]}'],
    ['another app', '{"app":{"id":"/prod/other"}}'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1')],
    ['no end of depth', `{"app":{"id":"/prod/runner","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
    [
      'more than would be printed',
      `{"app":{"id":"/prod/runner","a":${'['.repeat(190)}${'0,'.repeat(200_000)}0${']'.repeat(190)}}}`,
    ],
  ])('%s', async (_, body) => {
    const { url } = await start(always(200, body));
    expect((await problemOf(ask(url))).code).toBe('MARATHON_NONSENSE');
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
    const found = await problemOf(ask(url));
    expect(found).toMatchObject({ code: 'MARATHON_NONSENSE', message: expect.stringContaining('8 MiB') });
  });

  test('a connection that breaks in the middle', async () => {
    const { url } = await start({
      instead(_path, response) {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.destroy());
        return true;
      },
    });
    expect((await problemOf(ask(url))).code).toBe('MARATHON_UNREACHABLE');
  });

  test('a Marathon that answers a little at a time, for ever', async () => {
    const { url } = await start({
      instead(_path, response) {
        const drip = setInterval(() => response.write('{'), 20);
        response.on('close', () => clearInterval(drip));
        return true;
      },
    });
    const found = await problemOf(ask(url, { timeoutMs: 300 }));
    expect(found).toMatchObject({
      code: 'MARATHON_UNREACHABLE',
      message: expect.stringMatching(/within 0.3/),
    });
  });

  test('nobody there', async () => {
    const marathon = await startMarathon();
    await marathon.stop();
    expect(await problemOf(ask(marathon.url))).toMatchObject({
      code: 'MARATHON_UNREACHABLE',
      message: expect.stringContaining('nothing listens there'),
    });
  });

  test('an interruption, while the app is asked for or the info, or before', async () => {
    for (const silent of ['/v2/apps/prod/runner', '/v2/info', null]) {
      const stop = new AbortController();
      const { url } = await start({
        instead(path) {
          if (path === silent) stop.abort();
          return path === silent;
        },
      });
      if (silent === null) stop.abort();
      expect((await problemOf(ask(url, { signal: stop.signal }))).code).toBe('INTERRUPTED');
    }
  });
});

describe('what is no HTTP', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\n';
  test.each([
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', /MARATHON_NONSENSE/],
    ['two lengths', `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, /MARATHON_NONSENSE/],
    ['endless headers', `${HEAD}${'X-Y: z\r\n'.repeat(100_000)}`, /MARATHON_NONSENSE/],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      /MARATHON_NONSENSE/,
    ],
    ['an end before the body', `${HEAD}Content-Length: 9\r\n\r\n{`, /MARATHON_UNREACHABLE/],
    ['an end at once', '', /MARATHON_UNREACHABLE/],
  ])('%s', async (_, bytes, code) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      socket.once('data', () => socket.end(bytes));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    expect((await problemOf(ask(new URL(`http://127.0.0.1:${port}`)))).code).toMatch(code);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

describe('the token', () => {
  test('does not go over a network in clear', async () => {
    const url = new URL('http://marathon.example.com:8080');
    expect((await problemOf(ask(url, withToken))).code).toBe('MARATHON_INSECURE');
  });

  test.each([['two\r\nX-Header: lines'], ['a blank'], ['größer'], ['\u{1f511}']])(
    'is not sent where it is none: %j',
    async (text) => {
      const { url, seen } = await start();
      const found = await problemOf(ask(url, { token: new Secret(text) }));
      expect(found).toMatchObject({ code: 'MARATHON_UNAUTHORIZED' });
      expect(JSON.stringify(found)).not.toContain(text);
      expect(seen).toEqual([]);
    },
  );

  const cut = TOKEN.slice(0, -5);
  test.each([
    ['in a message', always(404, JSON.stringify({ message: `no app for token=${TOKEN}` }))],
    ['in a message, cut off', always(503, JSON.stringify({ message: `${'x '.repeat(20)}"${cut}"` }))],
    ['in a long message', always(404, JSON.stringify({ message: `${TOKEN}${' y'.repeat(140)}` }))],
    ['in a redirect', always(302, '', { location: `https://login.example.com/${TOKEN}/?back=${TOKEN}` })],
    ['in a redirect to nowhere', always(302, '', { location: `https://:${TOKEN}` })],
    [
      'in a redirect as a host',
      always(302, '', { location: `https://x.${TOKEN.split('.')[2]}.example.com/` }),
    ],
  ])('is not shown where Marathon echoes it %s', async (_, echo) => {
    const { url } = await start(echo);
    await problemOf(ask(url, withToken));
  });

  test('nor where it says that tasks run as it', async () => {
    const { url } = await start({ info: { version: TOKEN, marathon_config: { mesos_user: cut } } });
    const found = await ask(url, withToken);
    expect(found.ok).toBe(true);
    for (const part of TOKEN.slice(0, -5).split('.')) expect(JSON.stringify(found)).not.toContain(part);
  });
});
