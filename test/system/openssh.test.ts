import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SshSettings, Target } from '../../src/domain/target.ts';
import { createOpensshTransport } from '../../src/transports/openssh/transport.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { QUICK_SHELL, writtenTarget } from '../support/network-contract.ts';
import { startTcpServer } from '../support/ssh-server.ts';
import { sshSpec } from '../support/ssh-target.ts';
import { makeKey, type Sshd, startSshd } from '../support/sshd.ts';
import { connected, transcript } from '../support/transcript.ts';
import { describeSystem } from './support/parts.ts';

const run = promisify(execFile);
const NEVER = new AbortController().signal;

describeSystem('transport: openssh, with what only ssh(1) knows', () => {
  let agent: Sshd;
  let bastion: Sshd;
  let key = '';
  let temporary = '';
  let transport: Transport;
  const at = (name: string) => join(agent.folder, name);
  const createTransport = (env: NodeJS.ProcessEnv = process.env) =>
    createOpensshTransport({
      temporary,
      childEnv: () => ({ ...env, SSH_AUTH_SOCK: undefined }),
      kill: (pid, signal) => void process.kill(pid, signal),
    });

  beforeAll(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'node-prep-openssh-'));
    [agent, bastion] = await Promise.all([
      startSshd(['ed25519'], [QUICK_SHELL]),
      startSshd(['ed25519'], ['AllowUsers root']),
    ]);
    key = await agent.authorize('user', ['-t', 'ed25519']);
    await writeFile(join(bastion.folder, 'authorized'), await readFile(`${key}.pub`));
    const lines = await Promise.all([agent, bastion].map((it) => it.knownHostsLine('ed25519')));
    await writeFile(at('known'), `${lines.join('\n')}\n`);
    await writeFile(at('agent-only'), `${lines[0]}\n`);
    transport = createTransport();
  });
  afterAll(async () => {
    await transport?.close();
    await Promise.all([agent?.stop(), bastion?.stop()]);
    rmSync(temporary, { recursive: true, force: true });
  });

  const target = (written: SshSettings = {}, host = agent.host, port = agent.port): Target => {
    const it = writtenTarget(host, port, { identityFiles: [key], knownHosts: [at('known')] });
    const jumps = (written.proxyJump ?? '').split(',').filter((hop) => hop !== '');
    return {
      ...it,
      ssh: {
        ...it.ssh,
        connectTimeoutMs: 20_000,
        written: { ...it.ssh.written, ...written },
        jumps: jumps.map((hop) => {
          const [, user = 'root', host = '', port = '22'] = /^(?:(.*)@)?(.*?)(?::(\d+))?$/.exec(hop) ?? [];
          return { host, port: Number(port), ssh: sshSpec(host, { user }) };
        }),
      },
    };
  };
  async function says(it: Target, commandLine = 'echo in'): Promise<string> {
    const session = await connected(transport, it);
    try {
      return (await transcript(session, commandLine)).stdout;
    } finally {
      await session.close();
    }
  }
  async function refusal(it: Target) {
    const session = await transport.connect(it, { password: null, ahead: 'cat', signal: NEVER });
    if (!session.ok) return session.error.failure;
    await session.value.close();
    throw new Error('it connected');
  }
  /** An ssh_config of the operator's. */
  async function configFile(name: string, lines: readonly string[]): Promise<string> {
    await writeFile(at(name), `${lines.join('\n')}\n`, { mode: 0o600 });
    return at(name);
  }

  describe('a jump host', () => {
    const jump = () => `root@${bastion.host}:${bastion.port}`;

    test('is gone through, and a chain of them', async () => {
      expect(await says(target({ proxyJump: jump() }))).toBe('in\n');
      const hop = (name: string) => [
        `Host ${name}`,
        `HostName ${bastion.host}`,
        `Port ${bastion.port}`,
        'User root',
      ];
      const config = await configFile('hops', [...hop('first'), ...hop('second')]);
      expect(await says(target({ proxyJump: 'first,second', configFile: config }))).toBe('in\n');
      expect(await bastion.log()).toContain('Accepted publickey');
    });

    test.each<[string, () => Target, string, string]>([
      [
        'that nobody listens on has failed, by its name',
        () => target({ proxyJump: `${bastion.host}:1` }),
        'JUMP_FAILED',
        'Connection refused',
      ],
      [
        'whose name does not exist has failed',
        () => target({ proxyJump: 'no-such-host.invalid' }),
        'JUMP_FAILED',
        'Could not resolve hostname no-such-host.invalid',
      ],
      [
        'that refuses the login has failed',
        () => target({ proxyJump: `nobody@${bastion.host}:${bastion.port}` }),
        'JUMP_FAILED',
        'Permission denied',
      ],
      [
        'whose host key is not known has failed',
        () => target({ proxyJump: jump(), knownHosts: [at('agent-only')] }),
        'JUMP_FAILED',
        'Host key verification failed',
      ],
      [
        'from which the agent refuses says so of the agent',
        () => target({ proxyJump: jump() }, agent.host, 1),
        'CONNECTION_REFUSED',
        'open failed: connect failed',
      ],
      [
        'that does not know the name of the agent says so of the agent',
        () => target({ proxyJump: jump() }, 'no-such-host.invalid'),
        'HOST_UNRESOLVED',
        'open failed: connect failed',
      ],
    ])('%s', async (_, it, code, detail) => {
      const failure = await refusal(it());
      expect(failure.code).toBe(code);
      expect(failure.detail).toContain(detail);
      const [hop] = it().ssh.jumps;
      if (code === 'JUMP_FAILED') expect(failure.message).toContain(hop?.host);
    });

    test("is held to the inventory's word on host keys, whatever ssh_config says", async () => {
      const config = await configFile('lax', ['Host *', 'StrictHostKeyChecking no']);
      const lax = { proxyJump: jump(), knownHosts: [at('agent-only')], configFile: config };
      expect((await refusal(target(lax))).code).toBe('JUMP_FAILED');
    });

    test('that is silent costs no more than its share of the time', async () => {
      const silent = await startTcpServer(() => undefined);
      const it = target({ proxyJump: `${silent.host}:${silent.port}` });
      const failure = await refusal({ ...it, ssh: { ...it.ssh, connectTimeoutMs: 1_500 } });
      expect([failure.code, failure.message]).toEqual(['JUMP_FAILED', expect.stringContaining(silent.host)]);
      await silent.stop();
    });
  });

  describe('ssh_config', () => {
    test('is honoured where the inventory is silent: names, ports, users, ProxyCommand, Match exec', async () => {
      const config = await configFile('honoured', [
        'Host web-*',
        'Match exec "test %n = web-1"',
        `  HostName ${agent.host}`,
        `  Port ${agent.port}`,
        '  User root',
        // Something stays behind that holds its standard error open.
        `  ProxyCommand bash -c 'sleep 300 & exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3'`,
      ]);
      const { port: _port, user: _user, ...written } = target().ssh.written;
      const it = target({}, 'web-1');
      const silent = { ...it, ssh: { ...it.ssh, written: { ...written, configFile: config } } };
      expect(await says(silent)).toBe('in\n');
    });

    test('makes nothing weaker, and adds nothing to what is done', async () => {
      const config = await configFile('meddling', [
        'Host *',
        'StrictHostKeyChecking no',
        'VerifyHostKeyDNS yes',
        'PermitLocalCommand yes',
        `LocalCommand echo local; touch ${at('local-command')}`,
        'RemoteCommand echo instead',
        'ControlMaster auto',
        `ControlPath ${at('control')}`,
        'ControlPersist yes',
        `LocalForward ${agent.port} ${agent.host}:22`,
        'ForwardAgent yes',
        'RequestTTY force',
        'BatchMode no',
        'LogLevel QUIET',
      ]);
      await writeFile(at('empty'), '');
      expect((await refusal(target({ configFile: config, knownHosts: [at('empty')] }))).code).toBe(
        'HOST_KEY_UNKNOWN',
      );
      const tty = 'tty; test -z "$SSH_AUTH_SOCK" && echo no agent';
      expect(await says(target({ configFile: config }), tty)).toBe('not a tty\nno agent\n');
      expect([existsSync(at('local-command')), existsSync(at('control'))]).toEqual([false, false]);
    });

    test('with a ProxyCommand that fails is a lost connection, in the words of the command', async () => {
      const config = await configFile('failing', ['Host *', 'ProxyCommand sh -c "echo no way >&2; exit 1"']);
      const failure = await refusal(target({ configFile: config }));
      expect([failure.code, failure.detail]).toEqual([
        'CONNECTION_LOST',
        expect.stringContaining('the ProxyCommand: no way'),
      ]);
    });
  });

  test('a host is known by its certificate, where its authority is known for that name', async () => {
    const authority = await makeKey(at('authority'), ['-t', 'ed25519']);
    await makeKey(at('certified'), ['-t', 'ed25519']);
    // sshd has its address from a counter.
    const names = Array.from({ length: 20 }, (_, count) => agent.host.replace(/\d+\.1$/, `${count}.1`));
    const sign = ['-q', '-s', authority, '-I', 'host', '-h', '-n', names.join(',')];
    await run('ssh-keygen', [...sign, `${at('certified')}.pub`]);
    const options = [
      `HostKey ${at('certified')}`,
      `HostCertificate ${at('certified-cert.pub')}`,
      QUICK_SHELL,
    ];
    const certified = await startSshd([], options);
    const { host, port } = certified;
    await writeFile(join(certified.folder, 'authorized'), await readFile(`${key}.pub`));
    const publicKey = await readFile(`${authority}.pub`, 'utf8');
    await writeFile(at('authorities'), `@cert-authority [127.*]:* ${publicKey}`);
    await writeFile(at('elsewhere'), `@cert-authority *.example.com ${publicKey}`);
    try {
      expect(await says(target({ port, knownHosts: [at('authorities')] }, host, port))).toBe('in\n');
      const failure = await refusal(target({ port, knownHosts: [at('elsewhere')] }, host, port));
      expect(failure.code).toBe('HOST_KEY_UNKNOWN');
    } finally {
      await certified.stop();
    }
  });

  test('a key that wants a passphrase is not used, and the words say what to do', async () => {
    const locked = await agent.authorize('locked', ['-t', 'ed25519', '-N', 'passphrase']);
    const failure = await refusal(target({ identityFiles: [locked] }));
    expect([failure.code, failure.message]).toEqual([
      'KEY_UNREADABLE',
      expect.stringContaining(`ssh-add ${locked}`),
    ]);
  });

  test('a key that others can read is refused by ssh(1)', async () => {
    const open = await agent.authorize('open', ['-t', 'ed25519']);
    await chmod(open, 0o644);
    const failure = await refusal(target({ identityFiles: [open] }));
    expect([failure.code, failure.message]).toEqual([
      'KEY_UNREADABLE',
      expect.stringContaining(`${open}: bad permissions`),
    ]);
  });

  test('a new host key that cannot be written down is not accepted', async () => {
    const it = target({ knownHosts: ['/proc/no-such-folder/known'] });
    const failure = await refusal({ ...it, ssh: { ...it.ssh, hostKeys: 'accept-new' } });
    expect([failure.code, failure.detail]).toEqual([
      'HOST_KEY_UNKNOWN',
      expect.stringContaining('Failed to add the host'),
    ]);
  });

  describe('getting ready', () => {
    const codes = async (it: Target, other = transport) =>
      (await other.prepare([it])).map(({ code }) => code);

    test('finds nothing wrong, and contacts nobody', async () => {
      const server = await startTcpServer(() => undefined);
      expect(await codes(target({ port: server.port }, server.host, server.port))).toEqual([]);
      expect(server.connections).toBe(0);
      await server.stop();
    });

    test('refuses a password, which ssh(1) takes from a terminal only', async () => {
      const it = target();
      const password = { kind: 'env', name: 'SSH_PASSWORD' } as const;
      expect(await codes({ ...it, ssh: { ...it.ssh, password } })).toEqual(['SSH_PASSWORD_UNSUPPORTED']);
    });

    test.each<[string, () => Target]>([
      ['a host', () => target({}, '-oProxyCommand=false')],
      ['a path', () => target({ identityFiles: ['/a"b'] })],
      ['a jump host', () => target({ proxyJump: '$(false)' })],
    ])('refuses %s that ssh(1) would take for something else', async (_, it) => {
      expect(await codes(it())).toEqual(['SSH_VALUE_UNUSABLE']);
      expect((await refusal(it())).code).toBe('INTERNAL');
    });

    test('finds what ssh(1) does not understand in the configuration', async () => {
      const config = await configFile('misspelt', ['Host *', 'Prot 22']);
      const [problem] = await transport.prepare([target({ configFile: config })]);
      expect([problem?.code, problem?.message]).toEqual([
        'SSH_CONFIG_UNUSABLE',
        expect.stringContaining('Bad configuration option: prot'),
      ]);
    });

    test('finds a configuration that others can write to', async () => {
      const config = await configFile('writable', ['Host *']);
      await chmod(config, 0o666);
      expect(await codes(target({ configFile: config }))).toEqual(['SSH_CONFIG_UNUSABLE']);
    });

    test('finds the program missing', async () => {
      const bare = createTransport({ PATH: at('no-such-folder') });
      expect(await codes(target(), bare)).toEqual(['TOOL_MISSING']);
      await bare.close();
    });
  });

  test('nothing is left when it is closed: no process, no file', async () => {
    const it = createTransport();
    const session = await it.connect(target(), { password: null, ahead: 'cat', signal: NEVER });
    expect(session.ok).toBe(true);
    expect(readdirSync(temporary).length).toBeGreaterThan(1);
    await it.close();
    await transport.close();
    expect(readdirSync(temporary)).toEqual([]);
    expect(processesThatName(temporary)).toEqual([]);
  });
});

/** The command lines of live processes in which a path is. */
function processesThatName(path: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      return line.includes(path) ? [line.replaceAll('\0', ' ')] : [];
    } catch {
      return [];
    }
  });
}
