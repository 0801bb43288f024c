import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { SshSpec } from '../../src/domain/target.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import { startDropbear } from '../support/dropbear.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { makeKey, type Sshd, startSshd } from '../support/sshd.ts';
import { transcript } from '../support/transcript.ts';
import { describeSystem } from './support/parts.ts';

const NEVER = new AbortController().signal;

/** A server to log in to, whichever it is. */
type Server = Pick<Sshd, 'host' | 'port' | 'folder' | 'log'>;

/** Leaves a line in a file wherever it runs, and does as it is told. */
const command = (server: Server) => `echo ran >> ${join(server.folder, 'ran')}; cat`;
const ran = (server: Server) => readFile(join(server.folder, 'ran'), 'utf8').catch(() => '');

async function connect(server: Server, identityFiles: readonly string[], more: Partial<SshSpec> = {}) {
  const knownHosts = [join(server.folder, 'known')];
  const transport = createSsh2Transport({ agentSocket: null });
  const target = makeTarget(server.host, server.port, { identityFiles, knownHosts, ...more });
  return transport.connect(target, {
    password: more.password === undefined ? null : async () => new Secret('wrong'),
    ahead: command(server),
    signal: NEVER,
  });
}
/** What the command says to its input, and how often it has run. */
async function talk(server: Server, identityFiles: readonly string[]) {
  const session = await connect(server, identityFiles);
  if (!session.ok) throw new Error(JSON.stringify(session.error));
  const said = await transcript(session.value, command(server), (it) => {
    it.write(Buffer.from('input'));
    it.end();
  });
  await session.value.close();
  return { said: said.stdout, ran: await ran(server) };
}

describeSystem('a command that is sent along with the login', () => {
  let sshd: Sshd;
  let key = '';
  let stranger = '';
  beforeAll(async () => {
    sshd = await startSshd(['ed25519'], ['LogLevel DEBUG1']);
    key = await sshd.authorize('user', ['-t', 'ed25519']);
    stranger = await makeKey(join(sshd.folder, 'stranger'), ['-t', 'ed25519']);
    await writeFile(join(sshd.folder, 'known'), `${await sshd.knownHostsLine('ed25519')}\n`);
  });
  afterEach(() => rm(join(sshd.folder, 'ran'), { force: true }));
  afterAll(() => sshd?.stop());

  /** What sshd says of messages that come before it has let in. */
  const early = async (since: string) =>
    (await sshd.log()).slice(since.length).match(/dispatch_protocol_error: type \d+/g) ?? [];

  test('runs once, and has its input', async () => {
    const before = await sshd.log();
    expect(await talk(sshd, [key])).toEqual({ said: 'input', ran: 'ran\n' });
    expect(await early(before)).toEqual([]);
  });

  test('has not run where the login fails, though sshd has seen it', async () => {
    const before = await sshd.log();
    const refused = await connect(sshd, [stranger]);
    expect(refused).toMatchObject({ ok: false, error: { failure: { code: 'AUTH_REJECTED' } } });
    const requests = ['dispatch_protocol_error: type 90', 'dispatch_protocol_error: type 98'];
    expect(await early(before)).toEqual(requests);
    expect(await ran(sshd)).toBe('');
  });

  test('runs once after a wrong key, by the right one', async () => {
    expect(await talk(sshd, [stranger, key])).toEqual({ said: 'input', ran: 'ran\n' });
  });

  test('runs once where two keys are wanted', async () => {
    const strict = await startSshd(['ed25519'], ['AuthenticationMethods publickey,publickey']);
    try {
      const keys = [
        await strict.authorize('one', ['-t', 'ed25519']),
        await strict.authorize('two', ['-t', 'ed25519']),
      ];
      await writeFile(join(strict.folder, 'known'), `${await strict.knownHostsLine('ed25519')}\n`);
      expect(await talk(strict, keys)).toEqual({ said: 'input', ran: 'ran\n' });
      const half = await connect(strict, keys.slice(0, 1));
      expect(half).toMatchObject({ ok: false, error: { failure: { code: 'AUTH_REJECTED' } } });
      expect(await ran(strict)).toBe('ran\n');
    } finally {
      await strict.stop();
    }
  });

  test('is refused by its answer where sshd has no session for it', async () => {
    const closed = await startSshd(['ed25519'], ['MaxSessions 0']);
    try {
      const path = await closed.authorize('user', ['-t', 'ed25519']);
      await writeFile(join(closed.folder, 'known'), `${await closed.knownHostsLine('ed25519')}\n`);
      const session = await connect(closed, [path]);
      if (!session.ok) throw new Error(JSON.stringify(session.error));
      const deaf = { stdout: () => undefined, stderr: () => undefined };
      expect(await session.value.exec(command(closed), deaf)).toMatchObject({
        ok: false,
        error: { code: 'SHELL_UNUSABLE' },
      });
      await session.value.close();
    } finally {
      await closed.stop();
    }
  });

  describe('to dropbear, which hangs up on what comes too early,', () => {
    test('runs once', async () => {
      const dropbear = await startDropbear();
      try {
        expect(await talk(dropbear, [dropbear.key])).toEqual({ said: 'input', ran: 'ran\n' });
      } finally {
        await dropbear.stop();
      }
    });
    test('waits for the login where another key could be tried', async () => {
      const dropbear = await startDropbear();
      try {
        expect(await talk(dropbear, [stranger, dropbear.key])).toEqual({ said: 'input', ran: 'ran\n' });
      } finally {
        await dropbear.stop();
      }
    });
    test('has not run where the login fails, which is said', async () => {
      const dropbear = await startDropbear();
      try {
        const refused = await connect(dropbear, [stranger]);
        expect(refused).toMatchObject({ ok: false, error: { failure: { code: 'AUTH_REJECTED' } } });
        expect(await ran(dropbear)).toBe('');
      } finally {
        await dropbear.stop();
      }
    });
  });
});
