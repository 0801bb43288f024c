import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLocalTransport } from '../../src/transports/local/transport.ts';
import { isAlive } from '../support/is-alive.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { connected, transcript } from '../support/transcript.ts';
import { commandContract } from '../support/transport-contract.ts';

const kill = (pid: number, signal: NodeJS.Signals) => void process.kill(pid, signal);
const local = (env: NodeJS.ProcessEnv = process.env) => createLocalTransport({ childEnv: () => env, kill });

commandContract('local', { namesSignals: true }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-local-'));
  return {
    transport: local(),
    target: makeTarget('localhost', 22),
    at: (name) => join(folder, name),
    close: async () => rmSync(folder, { recursive: true }),
  };
});

describe('local has no network', () => {
  // What the contract of the other transports says about hosts, ports, host keys and logins cannot happen here.
  test.each([
    ['a name that does not exist', 'no-such-host.invalid', 22],
    ['a closed port', '127.0.0.1', 1],
    ['no known host key and no key to log in with', 'localhost', 22],
  ])('so %s does not matter', async (_, host, port) => {
    const session = await connected(local(), makeTarget(host, port));
    expect((await transcript(session, 'echo here')).stdout).toBe('here\n');
  });
});

describe('a local command', () => {
  const session = (env?: NodeJS.ProcessEnv) => connected(local(env), makeTarget('localhost', 22));

  test('has the environment as it is when it starts, and nothing of this process besides', async () => {
    const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, GONE: 'secret', KEPT: 'kept' };
    const it = await session(env);
    delete env.GONE;
    const { stdout } = await transcript(it, 'echo "$KEPT,$GONE,$HOME"; pwd');
    expect(stdout).toBe('kept,,\n/\n');
  });

  test('has no terminal, and a process group of its own', async () => {
    const { stdout } = await transcript(
      await session(),
      '(: </dev/tty) 2>/dev/null || echo none; ps -o pgid= $$; echo $$',
    );
    const [tty, group, pid] = stdout.split('\n').map((line) => line.trim());
    expect([tty, group]).toEqual(['none', pid]);
  });

  test('takes all that it has started with it when the session is closed, however stubborn', async () => {
    const it = await session();
    let said = '';
    const both = Promise.withResolvers<void>();
    const stubborn = `trap '' TERM HUP; sleep 1000 & echo $!; echo $$; while :; do sleep 1; done`;
    const command = await it.exec(stubborn, {
      stdout(bytes) {
        said += Buffer.from(bytes);
        if (said.split('\n').length > 2) both.resolve();
      },
      stderr: () => undefined,
    });
    await both.promise;
    await it.close();
    expect(command.ok && (await command.value.completed)).toEqual({ kind: 'lost' });
    const pids = said.trim().split('\n').map(Number);
    for (let tries = 0; pids.some(isAlive) && tries < 400; tries += 1)
      await new Promise((wake) => setTimeout(wake, 25));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('that is told to stop and says 0 is lost', async () => {
    const it = await session();
    const command = await it.exec(`trap 'exit 0' TERM; while :; do sleep 0.1; done`, {
      stdout: () => undefined,
      stderr: () => undefined,
    });
    await it.close();
    expect(command.ok && (await command.value.completed)).toEqual({ kind: 'lost' });
  });

  test('that cannot be started is a failure', async () => {
    // An argument of more than 128 KiB: E2BIG.
    const answer = await (await session()).exec(`: ${'x'.repeat(200_000)}`, {
      stdout: () => undefined,
      stderr: () => undefined,
    });
    expect(answer).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
  });

  test('is ended with the transport', async () => {
    const transport = local();
    const it = await connected(transport, makeTarget('localhost', 22));
    const command = await it.exec('cat', { stdout: () => undefined, stderr: () => undefined });
    await transport.close();
    expect(command.ok && (await command.value.completed)).toEqual({ kind: 'lost' });
  });
});
