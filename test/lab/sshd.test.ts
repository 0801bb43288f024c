import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey } from '../../src/lab/keys.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { isAlive } from '../support/is-alive.ts';
import { execute, logIn, practice, run, until } from './practice.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await practice({ agents: 2 });
});
afterAll(() => lab.stop());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('how a command ends', () => {
  test.each([
    ['true', 0, undefined],
    ['exit 7', 7, undefined],
    ['exit 255', 255, undefined],
    ['no-such-command', 127, undefined],
    ['kill -TERM $$', null, 'SIGTERM'],
    ['kill -KILL $$', null, 'SIGKILL'],
    // SSH has no name for it.
    ['kill -BUS $$; sleep 5', 255, undefined],
  ])('%s', async (command, code, signal) => {
    const ended = await run(lab, 'agent-01', command);
    expect([ended.code, ended.signal]).toEqual([code, signal]);
  });

  test('the exit status comes after all of both outputs', async () => {
    const { code, stdout, stderr } = await run(
      lab,
      'agent-01',
      'echo out; echo err >&2; (sleep 0.2; echo late) & exit 3',
    );
    expect([code, stdout.toString(), stderr.toString()]).toEqual([3, 'out\nlate\n', 'err\n']);
  });
});

describe('bytes', () => {
  test('100 kB of any bytes go both ways unchanged', async () => {
    const bytes = randomBytes(100_000);
    const { code, stdout } = await run(lab, 'agent-01', 'cat', bytes);
    expect(code).toBe(0);
    expect(stdout).toEqual(bytes);
  });

  test('more than SSH has room for goes both ways unchanged', async () => {
    const bytes = randomBytes(8_000_000);
    const { stdout } = await run(lab, 'agent-01', 'cat', bytes);
    expect(sha256(stdout)).toBe(sha256(bytes));
  });

  test('two outputs that both wait for the client arrive whole', async () => {
    const bytes = randomBytes(6_000_000);
    const command = 'cat >"$HOME/bytes"; cat "$HOME/bytes" & cat "$HOME/bytes" >&2; wait';
    const both = await run(lab, 'agent-01', command, bytes);
    expect([sha256(both.stdout), sha256(both.stderr)]).toEqual([sha256(bytes), sha256(bytes)]);
  });

  test('a command that reads no input ends all the same', async () => {
    const { code } = await run(lab, 'agent-01', 'exit 5', randomBytes(4_000_000));
    expect(code).toBe(5);
  });

  test('the command line comes as it was sent', async () => {
    const { stdout } = await run(lab, 'agent-01', `printf '%s|' "a b" 'ü"' '\\n'`);
    expect(stdout.toString()).toBe('a b|ü"|\\n|');
  });
});

describe('where a command runs', () => {
  test("its home and its docker are the agent's own", async () => {
    const { stdout } = await run(lab, 'agent-02', 'pwd -P; cd "$HOME" && pwd -P; command -v docker');
    const [here, home, docker] = stdout.toString().trim().split('\n');
    expect(here).toMatch(/\/agents\/agent-02\/home$/);
    expect(home).toBe(here);
    expect(docker).toMatch(/\/agents\/agent-02\/bin\/docker$/);
  });

  test("nothing of the lab's own environment comes along", async () => {
    process.env.NODE_PREP_SENTINEL = 'sentinel';
    const { stdout } = await run(lab, 'agent-01', 'env');
    delete process.env.NODE_PREP_SENTINEL;
    expect(stdout.toString()).not.toContain('sentinel');
    expect(stdout.toString()).toContain('HOME=');
  });

  test('several commands run on one connection, side by side', async () => {
    const client = await logIn(lab);
    const ended = await Promise.all([1, 2, 3].map((code) => execute(client, `sleep 0.1; exit ${code}`)));
    client.end();
    expect(ended.map(({ code }) => code)).toEqual([1, 2, 3]);
  });
});

describe('who is let in', () => {
  test.each([
    ['another key', { privateKey: makeKey('stranger').privateFile }],
    ['another user', { username: 'stranger' }],
    ['a password', { privateKey: undefined, password: 'guess' }],
    ['nothing', { privateKey: undefined }],
  ])('not %s', async (_, changes) => {
    await expect(logIn(lab, 'agent-01', changes as object)).rejects.toThrow('authentication methods failed');
  });

  test('a forged signature is not', async () => {
    const key = ssh2.utils.parseKey(await readFile(lab.login.keyFile)) as ParsedKey;
    const stranger = ssh2.utils.parseKey(makeKey('stranger').privateFile) as ParsedKey;
    key.sign = (data, algorithm) => stranger.sign(data, algorithm);
    await expect(logIn(lab, 'agent-01', { privateKey: key as never })).rejects.toThrow(
      'authentication methods failed',
    );
  });
});

describe('when the client goes', () => {
  test.each([
    ['a command that reads sees the end of its input', 'echo $$; cat >/dev/null'],
    ['a command that writes finds its output closed', 'echo $$; while echo more; do sleep 0.05; done'],
    [
      'a command that does not read, with input waiting, ends when it writes',
      'echo $$; sleep 0.3; while echo more; do sleep 0.05; done',
    ],
  ])('%s', async (_, command) => {
    const client = await logIn(lab);
    const pid = await new Promise<number>((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        channel.write(randomBytes(1_000_000));
        channel.once('data', (bytes: Buffer) => resolve(Number.parseInt(bytes.toString(), 10)));
      });
    });
    expect(isAlive(pid)).toBe(true);
    client.destroy();
    await until(() => !isAlive(pid));
  });

  test('closing the channel alone does the same, and the connection goes on', async () => {
    const client = await logIn(lab);
    const pid = await new Promise<number>((resolve, reject) => {
      client.exec('echo $$; cat >/dev/null', (error, channel) => {
        if (error) return reject(error);
        channel.once('data', (bytes: Buffer) => {
          channel.close();
          resolve(Number.parseInt(bytes.toString(), 10));
        });
      });
    });
    await until(() => !isAlive(pid));
    expect((await execute(client, 'exit 4')).code).toBe(4);
    client.end();
  });
});
