import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AuthContext } from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { Secret } from '../../src/domain/secret.ts';
import type { Failure } from '../../src/errors/failure.ts';
import { wireString, wireUint32 } from '../../src/transports/ssh2/packets/wire.ts';
import {
  afterThisTest,
  at,
  NEVER,
  PASSWORD,
  refusal,
  ssh,
  targetFor,
  transport,
  useSshFixture,
} from '../support/ssh-fixture.ts';
import { type KeyPair, makeKeyPair } from '../support/ssh-server.ts';
import { connected } from '../support/transcript.ts';

useSshFixture();

const METHODS = ['password', 'keyboard-interactive'] as const;

/** Lets this password in, by one method. */
function letIn(method: (typeof METHODS)[number], password: string) {
  return (context: AuthContext): void => {
    const verdict = (given: string | undefined) =>
      given === password ? context.accept() : context.reject([method]);
    if (context.method !== method) context.reject([method]);
    else if (context.method === 'password') verdict(context.password);
    else if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => verdict(answers[0]));
    }
  };
}

const words = ({ message, hint, detail }: Failure) => [message, hint, detail].join('\n');

describe('a password', () => {
  test.each(METHODS)('lets in by %s where no key is taken', async (method) => {
    const server = await ssh({ login: letIn(method, PASSWORD.reveal()) });
    await (await connected(transport(), await targetFor(server), PASSWORD)).close();
  });

  test.each(METHODS)(
    'that is refused by %s is tried once, and is in no word that is said about it',
    async (method) => {
      const tried: string[] = [];
      const check = letIn(method, 'another');
      const server = await ssh({
        login(context) {
          tried.push(context.method);
          check(context);
        },
      });
      const { failure, passwordRefused } = await refusal(transport(), await targetFor(server), PASSWORD);
      expect(failure.code).toBe('AUTH_REJECTED');
      expect(passwordRefused).toBe(true);
      expect(tried).toEqual(['publickey', method]);
      expect(failure.message).toContain(`keys: ${at('key')} SHA256:`);
      expect(words(failure)).not.toContain(PASSWORD.reveal());
    },
  );

  test('that has expired is a refused one', async () => {
    const server = await ssh({
      login(context) {
        if (context.method === 'password') context.requestChange('New password:', () => undefined);
        else context.reject(['password']);
      },
    });
    const { failure, passwordRefused } = await refusal(transport(), await targetFor(server), PASSWORD);
    expect([failure.code, passwordRefused]).toEqual(['AUTH_REJECTED', true]);
    expect(failure.detail).toContain('wants the password to be changed');
  });

  test('on which the server hangs up is a refused one', async () => {
    const server = await ssh({
      login(context, connection) {
        if (context.method === 'password') connection.end();
        else context.reject(['password']);
      },
    });
    const { failure, passwordRefused } = await refusal(transport(), await targetFor(server), PASSWORD);
    expect([failure.code, passwordRefused]).toEqual(['AUTH_REJECTED', true]);
  });

  test('may be waited for longer than connectTimeout', async () => {
    const server = await ssh({ login: letIn('password', PASSWORD.reveal()) });
    const target = await targetFor(server, { connectTimeoutMs: 1_500 });
    const password = () => new Promise<Secret>((resolve) => setTimeout(() => resolve(PASSWORD), 2_000));
    const session = await transport().connect(target, { password, ahead: null, signal: NEVER });
    expect(session.ok).toBe(true);
    if (session.ok) await session.value.close();
  }, 30_000);

  test('is not asked for where the server would not take one', async () => {
    const server = await ssh({ login: (context) => context.reject(['publickey']) });
    let asked = 0;
    async function password(): Promise<Secret> {
      asked += 1;
      return PASSWORD;
    }
    const session = await transport().connect(await targetFor(server), {
      password,
      ahead: null,
      signal: NEVER,
    });
    expect(session).toMatchObject({
      ok: false,
      error: { failure: { code: 'AUTH_REJECTED' }, passwordRefused: false },
    });
    expect(asked).toBe(0);
    expect(server.connections).toBe(1);
  });
});

describe('a login', () => {
  test('in which the server hangs up on a key is a lost connection; no password was refused', async () => {
    const server = await ssh({ login: (_, connection) => connection.end() });
    const { failure, passwordRefused } = await refusal(transport(), await targetFor(server), PASSWORD);
    expect([failure.code, passwordRefused]).toEqual(['CONNECTION_LOST', false]);
    expect(failure.detail).toContain('during the login');
  });

  test('in which the server hangs up once a key was refused is not tried again', async () => {
    await writeFile(at('other'), makeKeyPair().privateText, { mode: 0o600 });
    let tries = 0;
    const server = await ssh({
      login(context, connection) {
        tries += 1;
        if (tries === 1) context.reject(['publickey', 'password']);
        else connection.end();
      },
    });
    const spec = { identityFiles: [at('other'), at('key')] };
    const { failure } = await refusal(transport(), await targetFor(server, spec));
    expect(tries).toBe(2);
    expect(failure).toMatchObject({ code: 'CONNECTION_LOST', retryable: false });
  });

  test.each<[string, readonly string[]]>([
    ['a key, then the password', ['publickey', 'password']],
    ['a key, then the answer to a question', ['publickey', 'keyboard-interactive']],
    ['the password, then a key', ['password', 'publickey']],
    ['two keys', ['publickey', 'publickey']],
  ])('in which the server wants %s, has them both', async (_, wanted) => {
    const other = makeKeyPair();
    await writeFile(at('other'), other.privateText, { mode: 0o600 });
    const given: string[] = [];
    const server = await ssh({
      login(context) {
        const next = wanted[given.length];
        const answer = (taken: boolean) => {
          if (taken) given.push(context.method);
          if (given.length === wanted.length) context.accept();
          else context.reject(wanted.slice(given.length, given.length + 1) as never, taken);
        };
        if (context.method !== next) answer(false);
        else if (context.method === 'password') answer(context.password === PASSWORD.reveal());
        else if (context.method === 'keyboard-interactive')
          context.prompt([{ prompt: 'Password: ', echo: false }], ([text]) =>
            answer(text === PASSWORD.reveal()),
          );
        else answer(true);
      },
    });
    const target = await targetFor(server, { identityFiles: [at('key'), at('other')] });
    await (await connected(transport(), target, PASSWORD)).close();
    expect(given).toEqual(wanted);
  });

  test('that the server never answers ends with connectTimeout', async () => {
    const target = await targetFor(await ssh({ login: () => undefined }), { connectTimeoutMs: 500 });
    const { failure, passwordRefused } = await refusal(transport(), target, PASSWORD);
    expect([failure.code, passwordRefused]).toEqual(['CONNECTION_TIMED_OUT', false]);
  });

  test('without anything to offer contacts nobody', async () => {
    const server = await ssh();
    const none = await refusal(transport(), await targetFor(server, { identityFiles: [] }));
    expect(none.failure.code).toBe('KEY_UNREADABLE');
    const gone = await refusal(
      transport(),
      await targetFor(server, { identityFiles: [at('gone')] }),
      PASSWORD,
    );
    expect(gone.failure.code).toBe('KEY_UNREADABLE');
    expect(gone.failure.message).toContain(`${at('gone')}: there is no such file`);
    const noAgent = transport({ agentSocket: at('no-agent') });
    const dead = await refusal(noAgent, await targetFor(server, { identityFiles: [] }));
    expect(dead.failure.message).toContain('the ssh-agent is of no use: it cannot be reached (ENOENT)');
    expect(server.connections).toBe(0);
  });

  test('needs no agent where there is a key file', async () => {
    const it = transport({ agentSocket: at('no-agent') });
    await (await connected(it, await targetFor(await ssh()))).close();
  });

  test('goes on to the next key where the agent will not sign with the first', async () => {
    const [held, other] = [makeKeyPair(), makeKeyPair()];
    await writeFile(at('other'), other.privateText, { mode: 0o600 });
    const listed = [wireUint32(1), wireString(held.key.getPublicSSH()), wireString(Buffer.from('held'))];
    const list = Buffer.concat([Buffer.of(12), ...listed]);
    const agent = createServer((socket) => {
      socket.on('data', (request) => socket.write(wireString(request[4] === 11 ? list : Buffer.of(5))));
    });
    await new Promise<void>((listening) => agent.listen(at('agent'), listening));
    afterThisTest(() => new Promise((closed) => agent.close(closed)));

    const asked: string[] = [];
    /** Likes some keys: whether it takes them shows once they have signed. */
    const likes = (...keys: KeyPair[]) => {
      const blobs = keys.map(({ key }) => key.getPublicSSH().toString('base64'));
      return (context: AuthContext) => {
        const index =
          context.method === 'publickey' ? blobs.indexOf(context.key.data.toString('base64')) : -1;
        asked.push(
          `${index} ${context.method === 'publickey' && context.signature !== undefined ? 'signed' : 'asked'}`,
        );
        if (index >= 0) context.accept();
        else context.reject(['publickey']);
      };
    };
    const usual = { identityFiles: [at('other')], identityFilesExplicit: false };
    const server = await ssh({ login: likes(held, other) });
    const it = transport({ agentSocket: at('agent') });
    await (await connected(it, await targetFor(server, usual))).close();
    expect(asked).toEqual(['0 asked', '1 signed']);

    const strict = await ssh({ login: likes(held) });
    const again = transport({ agentSocket: at('agent') });
    const { failure } = await refusal(again, await targetFor(strict, usual));
    expect(failure.code).toBe('AUTH_REJECTED');
    expect(failure.detail).toContain('a key could not sign: it refused to sign');
  });
});
