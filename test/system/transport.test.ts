import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SshSpec, Target } from '../../src/domain/target.ts';
import type { Result } from '../../src/lib/result.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { type KeyType, makeKey, type Sshd, startAgent, startSshd } from '../support/sshd.ts';
import { connected, transcript } from '../support/transcript.ts';
import { describeSystem } from './support/parts.ts';

const run = promisify(execFile);
const NEVER = new AbortController().signal;

/** Tries until it works; sshd takes a moment to notice that a connection is gone. */
async function eventually<T, E>(attempt: () => Promise<Result<T, E>>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const result = await attempt();
    if (result.ok) return result.value;
    if (tries > 100) throw new Error(JSON.stringify(result.error));
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

describeSystem('the ssh2 transport and a real sshd', () => {
  let sshd: Sshd;
  let key = '';
  const at = (name: string) => join(sshd.folder, name);

  beforeAll(async () => {
    sshd = await startSshd(['ed25519', 'ecdsa', 'rsa'], ['LogLevel DEBUG1']);
    key = await sshd.authorize('user', ['-t', 'ed25519']);
    await writeFile(at('known'), `${await sshd.knownHostsLine('ed25519')}\n`);
  });
  afterAll(() => sshd?.stop());

  function target(spec: Partial<SshSpec> = {}, host = sshd.host): Target {
    return makeTarget(host, sshd.port, { identityFiles: [key], knownHosts: [at('known')], ...spec });
  }
  async function says(commandLine: string, spec: Partial<SshSpec> = {}, agentSocket: string | null = null) {
    const transport = createSsh2Transport({ agentSocket });
    const session = await connected(transport, target(spec));
    try {
      return await transcript(session, commandLine);
    } finally {
      await session.close();
      await transport.close();
    }
  }
  async function refused(spec: Partial<SshSpec>, agentSocket: string | null = null) {
    const transport = createSsh2Transport({ agentSocket });
    const session = await transport.connect(target(spec), { password: null, ahead: null, signal: NEVER });
    await transport.close();
    if (session.ok) throw new Error('it connected');
    return session.error.failure;
  }

  test('a command has its streams, its input and its exit code', async () => {
    const session = await connected(createSsh2Transport({ agentSocket: null }), target());
    const said = await transcript(session, 'cat; echo err >&2; exit 3', (command) => {
      command.write(Buffer.from('input'));
      command.end();
    });
    await session.close();
    expect(said).toEqual({ completed: { kind: 'exited', code: 3 }, stdout: 'input', stderr: 'err\n' });
    // ssh2 by itself has the server prove all its other host keys after each login.
    expect(await sshd.log()).toContain('server_input_channel_req');
    expect(await sshd.log()).not.toContain('hostkeys-prove');
  });

  test.each([
    ['killed by a signal', 'kill -TERM $$', { kind: 'signalled', signal: 'SIGTERM' }],
    ['whose connection is cut by the other side', 'kill -KILL $PPID', { kind: 'lost' }],
    ['that does not exist', 'no-such-command', { kind: 'exited', code: 127 }],
    ['that reads no input', 'exec true', { kind: 'exited', code: 0 }],
  ])('a command %s', async (_, commandLine, completed) => {
    expect((await says(commandLine)).completed).toEqual(completed);
  });

  test('a command that floods standard error is drained to its end', async () => {
    const { completed, stdout, stderr } = await says('head -c 6000000 /dev/zero >&2; echo done');
    expect([completed, stdout, stderr.length]).toEqual([{ kind: 'exited', code: 0 }, 'done\n', 6_000_000]);
  });

  test('the keys are exchanged anew in the midst of a command, and nothing is lost', async () => {
    const often = await startSshd(['ed25519'], ['RekeyLimit 1M']);
    try {
      const path = await often.authorize('user', ['-t', 'ed25519']);
      await writeFile(join(often.folder, 'known'), `${await often.knownHostsLine('ed25519')}\n`);
      const spec = { identityFiles: [path], knownHosts: [join(often.folder, 'known')] };
      const session = await connected(
        createSsh2Transport({ agentSocket: null }),
        makeTarget(often.host, often.port, spec),
      );
      const { completed, stdout } = await transcript(session, 'head -c 5000000 /dev/zero');
      await session.close();
      expect([completed, stdout.length]).toEqual([{ kind: 'exited', code: 0 }, 5_000_000]);
    } finally {
      await often.stop();
    }
  });

  test.each([
    ['Ed25519', ['-t', 'ed25519']],
    ['ECDSA', ['-t', 'ecdsa', '-b', '384']],
    ['RSA, in the old format', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['RSA, as PKCS#8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
  ])('a key file of type %s logs in, and so does the agent with it', async (name, keygen) => {
    const path = await sshd.authorize(name.replace(/\W/g, ''), keygen);
    expect((await says('echo in', { identityFiles: [path] })).stdout).toBe('in\n');
    const agent = await startAgent(sshd.folder, [path]);
    try {
      expect((await says('echo in', { identityFiles: [] }, agent.socket)).stdout).toBe('in\n');
    } finally {
      await agent.stop();
    }
  });

  test('an encrypted key logs in through the agent, and without it says what to do', async () => {
    const path = await sshd.authorize('locked', ['-t', 'ed25519', '-N', 'passphrase']);
    expect((await refused({ identityFiles: [path] })).message).toContain(`ssh-add ${path}`);
    const open = await makeKey(at('unlocked'), ['-t', 'ed25519']);
    await run('cp', [path, open]);
    await run('ssh-keygen', ['-q', '-p', '-P', 'passphrase', '-N', '', '-f', open]);
    const agent = await startAgent(sshd.folder, [open]);
    try {
      expect((await says('echo in', { identityFiles: [path] }, agent.socket)).stdout).toBe('in\n');
    } finally {
      await agent.stop();
    }
  });

  test('the right key is found among others, in the agent and in files', async () => {
    const others = await Promise.all([0, 1, 2].map((n) => makeKey(at(`stranger${n}`), ['-t', 'ed25519'])));
    const agent = await startAgent(sshd.folder, [...others, key]);
    try {
      expect((await says('echo in', { identityFiles: [] }, agent.socket)).stdout).toBe('in\n');
      expect((await says('echo in', { identityFiles: [...others, key] })).stdout).toBe('in\n');
    } finally {
      await agent.stop();
    }
  });

  test('a key that is not authorized is rejected, with its name and fingerprint, after one connection', async () => {
    const stranger = await makeKey(at('stranger'), ['-t', 'ed25519']);
    const { stdout } = await run('ssh-keygen', ['-lf', stranger]);
    const before = (await sshd.log()).split('Connection from').length;
    const failure = await refused({ identityFiles: [stranger] });
    expect(failure.code).toBe('AUTH_REJECTED');
    expect(failure.message).toContain(`${stranger} ${stdout.split(' ')[1]}`);
    expect(failure.detail).toContain('the server takes: publickey');
    expect((await sshd.log()).split('Connection from').length - before).toBe(1);
  });

  test.each<KeyType>(['ed25519', 'ecdsa', 'rsa'])('a host is known by its %s key alone', async (type) => {
    await writeFile(at('one'), `${await sshd.knownHostsLine(type)}\n`);
    expect((await says('echo in', { knownHosts: [at('one')] })).stdout).toBe('in\n');
  });

  test('a host is known by a name that ssh-keygen has hashed', async () => {
    const strangers = ['[127.0.0.1]:9 ', 'host ', '[host]:22 '].map((name) => `${name}ssh-ed25519 `);
    const line = await sshd.knownHostsLine('ed25519');
    const blob = line.split(' ')[2];
    await writeFile(at('hashed'), [...strangers.map((it) => `${it}${blob}`), line, ''].join('\n'));
    await run('ssh-keygen', ['-q', '-H', '-f', at('hashed')]);
    expect(await readFile(at('hashed'), 'utf8')).not.toContain(sshd.host);
    expect((await says('echo in', { knownHosts: [at('hashed')] })).stdout).toBe('in\n');
  });

  test('a new host key is written as ssh(1) reads it, and ssh(1) agrees on what is known', async () => {
    await says('true', { knownHosts: [at('new')], hostKeys: 'accept-new' });
    const ssh = ['-F', 'none', '-i', key, '-p', String(sshd.port), '-o', 'BatchMode=yes'];
    const strict = [...ssh, '-o', 'StrictHostKeyChecking=yes', '-o', 'GlobalKnownHostsFile=/dev/null'];
    const ran = await run('ssh', [
      ...strict,
      '-o',
      `UserKnownHostsFile=${at('new')}`,
      `root@${sshd.host}`,
      'echo in',
    ]);
    expect(ran.stdout).toBe('in\n');
    expect((await says('echo in', { knownHosts: [at('new')] })).stdout).toBe('in\n');
  });

  test('a changed host key is refused, and the hint removes it', async () => {
    const [name, type] = (await sshd.knownHostsLine('ed25519')).split(' ');
    const [, base64] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
    await writeFile(at('changed'), `${name} ${type} ${base64}\n`);
    const failure = await refused({ knownHosts: [at('changed')], hostKeys: 'accept-new' });
    expect(failure.code).toBe('HOST_KEY_CHANGED');
    const remove = /ssh-keygen -R .* -f '[^']*'/.exec(failure.hint)?.[0] ?? 'false';
    await run('/bin/sh', ['-c', remove]);
    expect(await readFile(at('changed'), 'utf8')).toBe('');
  });

  test('sshd that has reached MaxStartups is busy, and the next attempt gets in', async () => {
    const busy = await startSshd(['ed25519'], ['MaxStartups 1']);
    try {
      const path = await busy.authorize('user', ['-t', 'ed25519']);
      await writeFile(join(busy.folder, 'known'), `${await busy.knownHostsLine('ed25519')}\n`);
      const spec = { identityFiles: [path], knownHosts: [join(busy.folder, 'known')] };
      const wanted = makeTarget(busy.host, busy.port, spec);
      const transport = createSsh2Transport({ agentSocket: null });
      const attempt = () => transport.connect(wanted, { password: null, ahead: null, signal: NEVER });
      const holder = connect(busy.port, busy.host);
      await once(holder, 'data');
      const turnedAway = await attempt();
      expect(turnedAway.ok || turnedAway.error.failure).toMatchObject({
        code: 'SERVER_BUSY',
        retryable: true,
      });
      holder.destroy();
      const session = await eventually(attempt);
      await session.close();
    } finally {
      await busy.stop();
    }
  });

  test('a key that others can read is refused as ssh(1) does', async () => {
    const open = await sshd.authorize('open', ['-t', 'ed25519']);
    await chmod(open, 0o644);
    const failure = await refused({ identityFiles: [open] });
    expect([failure.code, failure.message]).toEqual(['KEY_UNREADABLE', expect.stringContaining('mode 0644')]);
  });

  test('a process that has closed its sessions ends by itself', async () => {
    const source = join(import.meta.dirname, '../../src/transports/ssh2/transport.ts');
    const script = `
      import { createSsh2Transport } from ${JSON.stringify(source)};
      const transport = createSsh2Transport({ agentSocket: null });
      const session = await transport.connect(JSON.parse(process.argv[1]), { password: null, ahead: null, signal: new AbortController().signal });
      const command = await session.value.exec('echo in', { stdout: (bytes) => process.stdout.write(bytes), stderr() {} });
      command.value.end();
      await command.value.completed;
      await session.value.close();
      await transport.close();`;
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '-e', script, JSON.stringify(target())],
      { timeout: 60_000 },
    );
    expect(stdout).toBe('in\n');
  });
});
