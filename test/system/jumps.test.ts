import { execFile } from 'node:child_process';
import { appendFile, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Hop, SshSpec, Target } from '../../src/domain/target.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { freePort, type Sshd, scratchFolder, startSshd } from '../support/sshd.ts';
import { connected, transcript } from '../support/transcript.ts';
import { describeSystem } from './support/parts.ts';

const run = promisify(execFile);
const NEVER = new AbortController().signal;

describeSystem('real sshd as jump hosts', () => {
  let folder = '';
  let key = '';
  let agent: Sshd;
  const servers: Sshd[] = [];
  const transports: Transport[] = [];
  const at = (name: string) => join(folder, name);

  /** An sshd that lets in with the key of these tests, and is known. */
  async function start(options: readonly string[] = []): Promise<Sshd> {
    const sshd = await startSshd(['ed25519'], ['LogLevel DEBUG1', ...options]);
    servers.push(sshd);
    await copyFile(`${key}.pub`, join(sshd.folder, 'authorized'));
    await appendFile(at('known'), `${await sshd.knownHostsLine('ed25519')}\n`);
    return sshd;
  }
  function transport(): Transport {
    const it = createSsh2Transport({ agentSocket: null });
    transports.push(it);
    return it;
  }
  const spec = (more: Partial<SshSpec>) => ({ identityFiles: [key], knownHosts: [at('known')], ...more });
  const hop = ({ host, port }: Sshd): Hop => makeTarget(host, port, spec({}));
  const behind = (jumps: readonly Sshd[], to: { host: string; port: number } = agent): Target =>
    makeTarget(to.host, to.port, spec({ jumps: jumps.map(hop) }));
  const connections = async (sshd: Sshd) => (await sshd.log()).split('Connection from').length - 1;
  async function failure(target: Target) {
    const session = await transport().connect(target, { password: null, ahead: null, signal: NEVER });
    if (session.ok) throw new Error('it connected');
    return session.error.failure;
  }

  beforeAll(async () => {
    folder = await scratchFolder();
    key = at('user');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await writeFile(at('known'), '');
    agent = await start();
  });
  afterEach(async () => {
    for (const it of transports.splice(0)) await it.close();
  });
  afterAll(async () => {
    await Promise.all(servers.map((it) => it.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  test('carry agents over one connection, with all their bytes, through a chain of two', async () => {
    const [first, second] = [await start(), await start()];
    const it = transport();
    const says = async (target: Target) => {
      const session = await connected(it, target);
      const said = await transcript(session, 'cat; head -c 2000000 /dev/zero', (command) => {
        command.write(Buffer.alloc(300_000, 'x'));
        command.end();
      });
      await session.close();
      return said.stdout.length;
    };
    const through = behind([first, second]);
    expect(await Promise.all([says(through), says(through), says(behind([first]))])).toEqual(
      Array.from({ length: 3 }, () => 2_300_000),
    );
    expect([await connections(first), await connections(second)]).toEqual([1, 1]);
  });

  test('are not to blame for an agent that refuses or does not resolve', async () => {
    const bastion = await start();
    const port = await freePort(agent.host);
    const refused = await failure(behind([bastion], { host: agent.host, port }));
    expect(refused.code).toBe('CONNECTION_REFUSED');
    expect(refused.detail).toContain(`through the jump host root@${bastion.host}:${bastion.port}`);
    const unresolved = await failure(behind([bastion], { host: 'no-such-host.invalid', port: 22 }));
    expect(unresolved.code).toBe('HOST_UNRESOLVED');
  });

  test.each([
    ['that forward nothing', 'AllowTcpForwarding no'],
    ['that forward elsewhere only', 'PermitOpen 127.0.0.1:9'],
  ])('%s are to blame', async (_, option) => {
    const bastion = await start([option]);
    const it = await failure(behind([bastion]));
    expect(it).toMatchObject({ code: 'JUMP_FAILED', retryable: false });
    expect(it.message).toContain(`root@${bastion.host}:${bastion.port}`);
    expect(it.detail).toContain('does not connect on to');
  });

  test('that die take their agents with them, and no others; the next agent has them connected anew', async () => {
    const [dying, other] = [await start(), await start()];
    const it = transport();
    const sessions = [await connected(it, behind([dying])), await connected(it, behind([other]))];
    const deaf = { stdout: () => undefined, stderr: () => undefined };
    const commands = await Promise.all(sessions.map((session) => session.exec('sleep 60', deaf)));
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(dying.pid)]);
    for (const pid of stdout.trim().split(/\s+/)) process.kill(Number(pid), 'SIGKILL');
    const [lost, fine] = commands.map((command) => (command.ok ? command.value.completed : null));
    const message = `The jump host root@${dying.host}:${dying.port} failed.`;
    expect(await lost).toMatchObject({ kind: 'lost', why: { code: 'JUMP_FAILED', message } });
    expect(await Promise.race([fine, 'still running'])).toBe('still running');
    const session = await connected(it, behind([dying]));
    expect((await transcript(session, 'echo in')).stdout).toBe('in\n');
    expect(await connections(dying)).toBe(2);
    await Promise.all([session, ...sessions].map((each) => each.close()));
  });
});
