import { readFile, symlink } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { AuthContext } from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/domain/target.ts';
import type { Ssh2Options } from '../../src/transports/ssh2/transport.ts';
import {
  at,
  closedPort,
  HOST_KEY,
  OTHER_HOST_KEY,
  PASSWORD,
  refusal,
  ssh,
  targetFor,
  tcp,
  transport,
  useSshFixture,
} from '../support/ssh-fixture.ts';
import { makeKeyPair } from '../support/ssh-server.ts';
import { connected } from '../support/transcript.ts';

useSshFixture();
const nothing = () => undefined;

describe('what answers is no SSH server that one can talk to', () => {
  test.each<[string, (socket: Socket) => void, string, string]>([
    ['it closes at once', (it) => it.end(), 'CONNECTION_LOST', 'before the server said anything'],
    ['it resets the connection', (it) => it.resetAndDestroy(), 'CONNECTION_LOST', 'ECONNRESET'],
    ['it is a web server', (it) => it.write('HTTP/1.1 400 No\r\n\r\n'), 'NOT_SSH', 'HTTP/1.1 400 No\\r\\n'],
    [
      'it says something else',
      (it) => it.end('220 ESMTP\u001b[31m\r\n'),
      'NOT_SSH',
      '220 ESMTP\\x1b[31m\\r\\n',
    ],
    ['it has reached MaxStartups', (it) => it.end('Exceeded MaxStartups\r\n'), 'SERVER_BUSY', 'Exceeded'],
    ['it punishes the address', (it) => it.end('Not allowed at this time\r\n'), 'SERVER_BUSY', 'Not allowed'],
    ['it closes after its version', (it) => it.end('SSH-2.0-x\r\n'), 'CONNECTION_LOST', 'key exchange'],
    ['it speaks SSH 1', (it) => it.end('SSH-1.5-x\r\n'), 'CONNECTION_LOST', 'key exchange'],
    [
      'its packets make no sense',
      (it) => it.write(`SSH-2.0-x\r\n${'\0\x01'.repeat(500)}`),
      'CONNECTION_LOST',
      'key exchange',
    ],
    ['its greeting never ends', (it) => it.write('x'.repeat(100_000)), 'NOT_SSH', 'xxxx'],
  ])('%s', async (_, onSocket, code, detail) => {
    const { failure, passwordRefused } = await refusal(transport(), await targetFor(await tcp(onSocket)));
    expect(failure).toMatchObject({ code, step: 'connect' });
    expect(failure.detail).toContain(detail);
    expect(passwordRefused).toBe(false);
  });

  test.each<[string, (socket: Socket) => void, string, string]>([
    ['it says nothing', nothing, 'CONNECTION_TIMED_OUT', 'the server says nothing'],
    ['it says something else and waits', (it) => it.write('220 mail ESMTP\r\n'), 'NOT_SSH', '220 mail ESMTP'],
    [
      'it says its version and nothing more',
      (it) => it.write('SSH-2.0-x\r\n'),
      'CONNECTION_TIMED_OUT',
      'key exchange',
    ],
  ])('%s, until connectTimeout', async (_, onSocket, code, detail) => {
    const target = await targetFor(await tcp(onSocket), { connectTimeoutMs: 300 });
    const { failure } = await refusal(transport(), target);
    expect(failure.code).toBe(code);
    expect(failure.detail).toContain(detail);
  });

  test('nothing listens there', async () => {
    const { failure } = await refusal(transport(), await targetFor(await closedPort()));
    expect(failure).toMatchObject({ code: 'CONNECTION_REFUSED', detail: '127.0.0.1: ECONNREFUSED' });
  });

  test('the two have no algorithm in common: trying again will not help', async () => {
    const server = await ssh({ algorithms: { cipher: ['aes256-cbc'] } });
    const { failure } = await refusal(transport(), await targetFor(server));
    expect(failure).toMatchObject({ code: 'CONNECTION_LOST', retryable: false });
    expect(failure.detail?.toLowerCase()).toContain('no matching');
  });
});

describe('a host name', () => {
  const trouble = (code: string) => Object.assign(new Error('not found'), { code });
  test.each<[string, NonNullable<Ssh2Options['lookup']>, string, boolean]>([
    ['that does not exist', () => Promise.reject(trouble('ENOTFOUND')), 'ENOTFOUND', false],
    ['that cannot be asked for now', () => Promise.reject(trouble('EAI_AGAIN')), 'EAI_AGAIN', true],
    ['that has no address', async () => [], 'it has no address', false],
    ['that nobody answers for', () => new Promise(nothing), 'no answer within 200ms', true],
  ])('%s is unresolved', async (_, lookup, detail, retryable) => {
    const target = await targetFor({ host: 'agent.example', port: 22 }, { connectTimeoutMs: 200 });
    const { failure } = await refusal(transport({ lookup }), target);
    expect(failure).toMatchObject({ code: 'HOST_UNRESOLVED', detail, retryable });
  });

  const loopback = (...addresses: string[]) => ({
    lookup: async () => addresses.map((address) => ({ address, family: 4 })),
  });
  test('with several addresses is reached at the first that answers', async () => {
    const server = await ssh();
    const target = await targetFor({ host: 'agent.example', port: server.port });
    await (await connected(transport(loopback('127.0.0.99', '127.0.0.1')), target)).close();
    expect(server.connections).toBe(1);
  });
  test('none of whose addresses answers is refused, each address named', async () => {
    const target = await targetFor({ host: 'agent.example', port: (await closedPort()).port });
    const { failure } = await refusal(transport(loopback('127.0.0.1', '127.0.0.2')), target);
    expect(failure).toMatchObject({
      code: 'CONNECTION_REFUSED',
      detail: '127.0.0.1: ECONNREFUSED; 127.0.0.2: ECONNREFUSED',
    });
  });
});

describe('a host key', () => {
  /** A server, and how many have tried to log in to it. */
  async function counting() {
    let logins = 0;
    const server = await ssh({
      login(context) {
        logins += 1;
        context.accept();
      },
    });
    return { server, logins: () => logins };
  }

  test('that is unknown or changed is refused, and nobody logs in', async () => {
    const { server, logins } = await counting();
    const unknown = await refusal(transport(), await targetFor(server, {}, null), PASSWORD);
    expect(unknown.failure.code).toBe('HOST_KEY_UNKNOWN');
    expect(unknown.failure.hint).toContain(`ssh-keyscan -p ${server.port} 127.0.0.1`);
    const target = await targetFor(server, { hostKeys: 'accept-new' }, OTHER_HOST_KEY);
    const changed = await refusal(transport(), target, PASSWORD);
    expect(changed.failure.code).toBe('HOST_KEY_CHANGED');
    expect(changed.failure.message).toContain(`${at('known_hosts')}:1`);
    expect(logins()).toBe(0);
  });

  test.each([
    ['first', HOST_KEY],
    ['second', OTHER_HOST_KEY],
  ])('of a server with two is the known one, if it is the %s', async (_, known) => {
    const server = await ssh({ hostKeys: [HOST_KEY, OTHER_HOST_KEY] });
    await (await connected(transport(), await targetFor(server, {}, known))).close();
  });

  test('that is new is written before anything is sent to log in, and known from then on', async () => {
    const seen: string[] = [];
    async function login(context: AuthContext): Promise<void> {
      seen.push(await readFile(at('known_hosts'), 'utf8'));
      context.accept();
    }
    const server = await ssh({ login: (context) => void login(context) });
    const target = await targetFor(server, { hostKeys: 'accept-new' }, null);
    const it = transport();
    for (let i = 0; i < 2; i += 1) await (await connected(it, target)).close();
    const line = `[127.0.0.1]:${server.port} ${HOST_KEY.publicText}\n`;
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([line]));
  });

  test('that is new and cannot be written is refused, and nobody logs in', async () => {
    const { server, logins } = await counting();
    // Missing when it is read, and nowhere to be made when it is written.
    await symlink(at('no-folder/known_hosts'), at('link'));
    const target = await targetFor(server, { hostKeys: 'accept-new', knownHosts: [at('link')] }, null);
    const { failure } = await refusal(transport(), target);
    expect(failure.code).toBe('HOST_KEY_UNKNOWN');
    expect(failure.detail).toBe(`${at('link')} cannot be written: ENOENT`);
    expect(logins()).toBe(0);
  });

  test('that the server only claims to have is never written', async () => {
    const liar = makeKeyPair();
    liar.key.getPublicSSH = () => HOST_KEY.key.getPublicSSH();
    const target = await targetFor(await ssh({ hostKeys: [liar] }), { hostKeys: 'accept-new' }, null);
    const { failure } = await refusal(transport(), target);
    expect(failure.code).toBe('CONNECTION_LOST');
    expect(failure.detail).toContain('signature verification failed');
    expect(await readFile(at('known_hosts'), 'utf8')).toBe('');
  });
});

describe('an attempt that is aborted', () => {
  type Arrange = (abort: () => void) => Promise<readonly [Target, Partial<Ssh2Options>]>;
  const named = (port: number) => targetFor({ host: 'agent.example', port });
  test.each<[string, Arrange]>([
    [
      'before it began',
      async (abort) => {
        abort();
        return [await targetFor(await ssh()), {}];
      },
    ],
    [
      'while the name is looked up',
      async (abort) => {
        const lookup = () => {
          setImmediate(abort);
          return new Promise<never>(nothing);
        };
        return [await named(22), { lookup }];
      },
    ],
    [
      'while it connects',
      async (abort) => {
        const lookup = async () => {
          setImmediate(abort);
          return [{ address: '127.0.0.1', family: 4 }];
        };
        return [await named((await ssh()).port), { lookup }];
      },
    ],
    ['while the server is silent', async (abort) => [await targetFor(await tcp(abort)), {}]],
    [
      'during the key exchange',
      async (abort) => {
        const server = await tcp((socket) => socket.once('data', abort).write('SSH-2.0-x\r\n'));
        return [await targetFor(server), {}];
      },
    ],
    ['during the login', async (abort) => [await targetFor(await ssh({ login: abort })), {}]],
  ])('%s ends at once, and says why', async (_, arrange) => {
    for (const [reason, code] of [
      ['timeout', 'TIMED_OUT'],
      ['interrupt', 'INTERRUPTED'],
      ['stopped', 'STOPPED'],
    ] as const) {
      const controller = new AbortController();
      const [target, options] = await arrange(() => controller.abort(reason));
      const session = await transport(options).connect(target, {
        password: null,
        ahead: null,
        signal: controller.signal,
      });
      expect(session).toMatchObject({ ok: false, error: { failure: { code }, passwordRefused: false } });
    }
  });

  test('leaves no connection behind', async () => {
    const controller = new AbortController();
    const gone = Promise.withResolvers<void>();
    const server = await tcp((socket) => {
      socket.on('close', () => gone.resolve());
      controller.abort('interrupt');
    });
    await transport().connect(await targetFor(server), {
      password: null,
      ahead: null,
      signal: controller.signal,
    });
    await gone.promise;
  });
});
