import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ask, problemOf, start, TOKEN, withToken } from './asking.ts';

// A standby at the root, the leader below /leader.
const to = (location: string, status = 307) => ({
  instead(path: string, response: ServerResponse) {
    if (path.startsWith('/leader')) return false;
    response.writeHead(status, { location }).end();
    return true;
  },
  prefix: '/leader',
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('on the same host is followed with the token: %i', async (status) => {
    const { url, seen } = await start({ ...to('/leader/v2/apps/prod/runner', status), token: TOKEN });
    const answer = await ask(new URL('/', url), withToken);
    expect(answer.ok).toBe(true);
    expect(seen[1]).toEqual({ path: '/leader/v2/apps/prod/runner', authorization: `token=${TOKEN}` });
  });

  test('to another host gets no token: it is not followed, and said where it leads', async () => {
    const other = await start();
    const { url } = await start(to(`${other.url.origin}/v2/apps/prod/runner?a=secret`));
    const found = await problemOf(ask(new URL('/', url), withToken));
    expect(found).toMatchObject({
      code: 'MARATHON_REDIRECTED',
      message: expect.stringContaining(`${other.url.origin}/v2/apps/prod/runner, which`),
      hint: expect.stringContaining('--marathon'),
    });
    expect(other.seen).toEqual([]);
  });

  test('to another host is followed where there is no token', async () => {
    const other = await start();
    const { url } = await start(to(`${other.url.origin}/v2/apps/prod/runner`));
    expect((await ask(new URL('/', url))).ok).toBe(true);
  });

  test('five are followed, six are not', async () => {
    const leaderAt = (count: number) => ({
      instead(path: string, response: ServerResponse) {
        const hop = Number(/^\/hop(\d+)/.exec(path)?.[1] ?? 0);
        if (hop === count || path.startsWith('/v2/info')) return false;
        response.writeHead(307, { location: `/hop${hop + 1}/v2/apps/prod/runner` }).end();
        return true;
      },
      prefix: `/hop${count}`,
    });
    const five = await start(leaderAt(5));
    expect((await ask(new URL('/', five.url), withToken)).ok).toBe(true);
    const six = await start(leaderAt(6));
    expect((await problemOf(ask(new URL('/', six.url), withToken))).code).toBe('MARATHON_REDIRECTED');
    expect(six.seen).toHaveLength(6);
  });

  test('is followed before its body, which may never end', async () => {
    const { url } = await start({
      instead(path, response) {
        if (path.startsWith('/leader')) return false;
        response.writeHead(307, { location: '/leader/v2/apps/prod/runner' }).write('wait');
        return true;
      },
      prefix: '/leader',
    });
    expect((await ask(new URL('/', url))).ok).toBe(true);
  });

  test.each([
    ['in a circle', '/'],
    ['out of HTTP', 'file:///etc/passwd'],
    ['nowhere', 'http://'],
    ['without a location', ''],
    ['to a user', 'http://a:b@127.0.0.1/'],
    ['to a user whose name looks like a host', 'http://127.0.0.1:80@127.0.0.2/'],
  ])('%s is not followed', async (_, location) => {
    const { url, seen } = await start(to(location));
    const found = await problemOf(ask(new URL('/', url)));
    expect(found.code).toBe('MARATHON_REDIRECTED');
    expect(found.message).not.toMatch(/a:b/);
    expect(seen.length).toBeLessThan(8);
  });

  test('what it leads to cannot be a command in a hint that somebody copies', async () => {
    const { url } = await start({
      instead(path, response) {
        if (path.startsWith('/a')) response.destroy();
        else response.writeHead(307, { location: "/a;$(id)'|id" }).end();
        return true;
      },
    });
    const found = await problemOf(ask(url));
    expect(found.hint).toContain(`curl -v '${url.origin}/a;$(id)'\\''|id'. `);
  });
});
