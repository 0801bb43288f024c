import { writeFile } from 'node:fs/promises';
import type { ServerChannel } from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../src/transports/transport.ts';
import { socketOf } from '../support/server-insides.ts';
import {
  afterThisTest,
  at,
  HOST_KEY,
  refusal,
  ssh,
  targetFor,
  tcp,
  transport,
  useSshFixture,
} from '../support/ssh-fixture.ts';
import type { SshBehaviour } from '../support/ssh-server.ts';
import { connected, transcript } from '../support/transcript.ts';

useSshFixture();

type Run = NonNullable<SshBehaviour['run']>;
const DEAF = { stdout: () => undefined, stderr: () => undefined };

async function session(behaviour: Partial<SshBehaviour>): Promise<Session> {
  const it = await connected(transport(), await targetFor(await ssh(behaviour)));
  afterThisTest(() => it.close());
  return it;
}
function end(channel: ServerChannel, code: number): void {
  channel.exit(code);
  channel.end();
}

describe('a command', () => {
  test('has its exit code, both streams and its input', async () => {
    const it = await session({
      run(channel, command) {
        channel.stderr.write(`you said ${command}`);
        channel.on('data', (bytes: Buffer) => channel.write(bytes)).on('end', () => end(channel, 7));
      },
    });
    const said = await transcript(it, 'echo', (command) => {
      command.write(Buffer.from('one '));
      command.write(Buffer.from('two'));
      command.end();
      command.end();
      command.write(Buffer.from('too late'));
    });
    expect(said).toEqual({
      completed: { kind: 'exited', code: 7 },
      stdout: 'one two',
      stderr: 'you said echo',
    });
  });

  test('that a signal ends says which', async () => {
    const it = await session({
      run(channel) {
        channel.exit('TERM', false, '');
        channel.end();
      },
    });
    expect((await transcript(it, 'x')).completed).toEqual({ kind: 'signalled', signal: 'SIGTERM' });
  });

  test.each<[string, Run]>([
    ['that ends without an exit status', (channel) => channel.end()],
    ['whose connection ends', (_channel, _command, connection) => connection.end()],
    [
      'whose connection is reset',
      (channel, _command, connection) => {
        channel.resume().once('end', () => socketOf(connection).resetAndDestroy());
      },
    ],
    [
      'whose server sends rubbish',
      (_channel, _command, connection) => socketOf(connection).write('rubbish'.repeat(999)),
    ],
    [
      'whose exit status comes, but not the end of its output',
      (channel, _command, connection) => {
        channel.exit(0);
        channel.write('half of it', () => connection.end());
      },
    ],
  ])('%s is lost', async (_, run) => {
    const it = await session({ run });
    expect((await transcript(it, 'x')).completed).toEqual({ kind: 'lost' });
  });

  test('that floods both streams is drained to its end', async () => {
    const flood = Buffer.alloc(6_000_000, 'x');
    const it = await session({
      run: (channel) => {
        channel.stderr.write(flood, () => channel.write(flood, () => end(channel, 0)));
      },
    });
    const { completed, stdout, stderr } = await transcript(it, 'x');
    expect([completed, stdout.length, stderr.length]).toEqual([
      { kind: 'exited', code: 0 },
      flood.length,
      flood.length,
    ]);
  }, 30_000);

  test('that ends early leaves its input unread, and that is no error', async () => {
    const it = await session({ run: (channel) => end(channel, 0) });
    const { completed } = await transcript(it, 'x', (command) => {
      for (let i = 0; i < 100; i += 1) command.write(Buffer.alloc(100_000));
      command.end();
    });
    expect(completed).toEqual({ kind: 'exited', code: 0 });
  });

  test('that was lost takes what is written to it, and nothing comes of it', async () => {
    const it = await session({ run: (_channel, _command, connection) => connection.end() });
    await transcript(it, 'x', (command) => {
      void command.completed.then(() => {
        command.write(Buffer.from('too late'));
        command.end();
      });
    });
    expect(await it.exec('x', DEAF)).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
  });

  test.each<[string, NonNullable<SshBehaviour['session']>]>([
    ['that is refused', (asked) => void asked.on('exec', (_accept, reject) => reject())],
    ['for which the server has no use', () => undefined],
  ])('%s finds the shell unusable', async (_, onSession) => {
    const it = await session({ session: onSession });
    expect(await it.exec('x', DEAF)).toMatchObject({ ok: false, error: { code: 'SHELL_UNUSABLE' } });
  });

  test('that the server never answers ends with the session', async () => {
    const it = await session({ session: (asked) => void asked.on('exec', () => undefined) });
    const answer = it.exec('x', DEAF);
    await it.close();
    expect(await answer).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
  });
});

test('closing works twice, ends a running command, and needs no help from the server', async () => {
  const it = await session({ run: (_channel, _command, connection) => void socketOf(connection).pause() });
  const command = await it.exec('x', DEAF);
  await Promise.all([it.close(), it.close()]);
  await it.close();
  expect(command.ok && (await command.value.completed)).toEqual({ kind: 'lost' });
});

test("one agent's trouble never reaches another", async () => {
  const good = await ssh();
  const evil = await ssh({
    run: (_channel, _command, connection) => socketOf(connection).write('x'.repeat(999)),
  });
  const silent = await tcp(() => undefined);
  const it = transport();
  const target = await targetFor(good);
  const lines = [good, evil].map(({ host, port }) => `[${host}]:${port} ${HOST_KEY.publicText}\n`);
  await writeFile(at('known_hosts'), lines.join(''));
  const said = (port: number) => connected(it, { ...target, port }).then((one) => transcript(one, 'x'));
  const [first, broken, timedOut, second] = await Promise.all([
    said(good.port),
    said(evil.port),
    refusal(it, { ...target, port: silent.port, ssh: { ...target.ssh, connectTimeoutMs: 300 } }),
    said(good.port),
  ]);
  expect([first, broken, second].map(({ completed }) => completed.kind)).toEqual([
    'exited',
    'lost',
    'exited',
  ]);
  expect(timedOut.failure.code).toBe('CONNECTION_TIMED_OUT');
});
