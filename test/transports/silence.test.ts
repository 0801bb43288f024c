import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'ssh2';
import { expect, test } from 'vitest';
import type { SshSpec } from '../../src/domain/target.ts';
import { protocolOf, socketOf } from '../support/server-insides.ts';
import { afterThisTest, ssh, targetFor, transport, useSshFixture } from '../support/ssh-fixture.ts';
import { connected } from '../support/transcript.ts';

useSshFixture();

const DEAF = { stdout: () => undefined, stderr: () => undefined };

/** A command that never ends; how its server is to behave once it runs. */
async function running(spec: Partial<SshSpec>, then: (connection: Connection) => void) {
  const asked: string[] = [];
  const server = await ssh({
    onConnection(connection) {
      const { _handlers: handlers } = protocolOf(connection);
      const { GLOBAL_REQUEST: request } = handlers;
      handlers.GLOBAL_REQUEST = (protocol, name, ...rest) => {
        asked.push(String(name));
        request?.(protocol, name, ...rest);
      };
    },
    run(channel, _command, connection) {
      channel.resume();
      then(connection);
    },
  });
  const session = await connected(transport(), await targetFor(server, spec));
  afterThisTest(() => session.close());
  const command = await session.exec('x', DEAF);
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  return { session, completed: command.value.completed, asked };
}

test('a server that no longer reads or answers is dead after three questions in vain', async () => {
  const { session, completed } = await running({ keepAliveMs: 100 }, (it) => void socketOf(it).pause());
  expect(await completed).toEqual({ kind: 'lost' });
  const again = await session.exec('x', DEAF);
  expect(again).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
  expect(again.ok ? '' : again.error.detail).toBe('no answer for more than 300ms');
});

test('a server that answers may be silent for as long as it likes', async () => {
  const { completed, asked } = await running({ keepAliveMs: 50 }, () => undefined);
  while (asked.length < 8) await sleep(20);
  expect(await Promise.race([completed, 'still running'])).toBe('still running');
  expect(new Set(asked)).toEqual(new Set(['keepalive@openssh.com']));
});

test('where it is not to be asked, it never is', async () => {
  const { completed, asked } = await running({ keepAliveMs: 0 }, () => undefined);
  await sleep(300);
  expect(await Promise.race([completed, 'still running'])).toBe('still running');
  expect(asked).toEqual([]);
});

test('a server that never has room for input keeps nobody from ending', async () => {
  const server = await ssh({
    onConnection(connection) {
      const protocol = protocolOf(connection);
      const confirm = protocol.channelOpenConfirm.bind(protocol);
      protocol.channelOpenConfirm = (remote, local, _window, packet) => confirm(remote, local, 0, packet);
    },
    run: (channel) => void channel.resume(),
  });
  const session = await connected(transport(), await targetFor(server));
  const command = await session.exec('x', DEAF);
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  command.value.write(Buffer.alloc(5_000_000));
  command.value.end();
  expect(await Promise.race([command.value.completed, sleep(300, 'still running')])).toBe('still running');
  await session.close();
  expect(await command.value.completed).toEqual({ kind: 'lost' });
});
