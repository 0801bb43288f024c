import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SshSpec } from '../../src/domain/target.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import type { Session, Transport } from '../../src/transports/transport.ts';
import { isAlive } from '../support/is-alive.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { connected, transcript } from '../support/transcript.ts';
import { eventually } from './support/eventually.ts';
import { describeSystem } from './support/parts.ts';

const MEGABYTE = 1_048_576;
const FLOOD = 128 * MEGABYTE;

describeSystem('a real sshd whose commands do their worst', () => {
  let sshd: Sshd;
  let transport: Transport;
  let key = '';
  const at = (name: string) => join(sshd.folder, name);

  beforeAll(async () => {
    sshd = await startSshd(['ed25519']);
    transport = createSsh2Transport({ agentSocket: null });
    key = await sshd.authorize('user', ['-t', 'ed25519']);
    await writeFile(at('known'), `${await sshd.knownHostsLine('ed25519')}\n`);
  });
  afterAll(async () => {
    await transport?.close();
    await sshd?.stop();
  });
  const login = (spec: Partial<SshSpec> = {}): Promise<Session> =>
    connected(
      transport,
      makeTarget(sshd.host, sshd.port, { identityFiles: [key], knownHosts: [at('known')], ...spec }),
    );

  test('floods on both streams are drained whole, and none of it is kept', async () => {
    const session = await login();
    const seen = { stdout: 0, stderr: 0 };
    let most = 0;
    const count = (stream: keyof typeof seen) => (bytes: Uint8Array) => {
      seen[stream] += bytes.length;
      most = Math.max(most, process.memoryUsage.rss());
    };
    const before = process.memoryUsage.rss();
    const flood = `head -c ${FLOOD} /dev/zero`;
    const command = await session.exec(`${flood} >&2 & ${flood}; wait`, {
      stdout: count('stdout'),
      stderr: count('stderr'),
    });
    if (!command.ok) throw new Error(JSON.stringify(command.error));
    expect(await command.value.completed).toEqual({ kind: 'exited', code: 0 });
    await session.close();
    expect(seen).toEqual({ stdout: FLOOD, stderr: FLOOD });
    // Half of it all: what has been passed on lives until V8 collects it, which took up to 70 MB here.
    expect(most - before).toBeLessThan(FLOOD);
  });

  test('a command that floods and never ends stops with its session', async () => {
    const session = await login();
    const flooding = Promise.withResolvers<void>();
    const command = await session.exec(
      'echo $$ >"$0"; exec cat /dev/zero >&2'.replace('$0', at('flood-pid')),
      {
        stdout: () => undefined,
        stderr: () => flooding.resolve(),
      },
    );
    if (!command.ok) throw new Error(JSON.stringify(command.error));
    await flooding.promise;
    await session.close();
    expect(await command.value.completed).toEqual({ kind: 'lost' });
    const pid = Number(await readFile(at('flood-pid'), 'utf8'));
    await eventually(() => !isAlive(pid), 'the command goes on');
  });

  test('an sshd that is stopped in the midst of a command loses it, after three words in vain', async () => {
    const session = await login({ keepAliveMs: 200 });
    const command = transcript(session, `echo $PPID >${at('pid')}; kill -STOP $PPID; sleep 60`);
    try {
      expect((await command).completed).toEqual({ kind: 'lost' });
      await session.close();
    } finally {
      process.kill(Number(await readFile(at('pid'), 'utf8')), 'SIGKILL');
    }
  });
});
