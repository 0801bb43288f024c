import { readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SshSpec, Target } from '../../src/domain/target.ts';
import type { Failure } from '../../src/errors/failure.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { startTcpServer } from './ssh-server.ts';
import { makeTarget } from './ssh-target.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';
import { connected, transcript } from './transcript.ts';

const NEVER = new AbortController().signal;

/** sshd's options for tests that are not about the start-up files of whoever runs them: bash then reads none. */
export const QUICK_SHELL = 'SetEnv SHLVL=5';

/**
 * A target as the inventory resolves it that says all of this itself, and leaves the operator's ssh_config aside.
 * `local` has no such thing as a network: its own test says what that means.
 */
export function writtenTarget(host: string, port: number, more: Partial<SshSpec> = {}): Target {
  const {
    identityFiles = [],
    knownHosts = [],
    hostKeys = 'strict',
    connectTimeoutMs = 60_000,
    user = 'root',
  } = more;
  const written = { user, port, identityFiles, knownHosts, hostKeys, connectTimeoutMs, configFile: 'none' };
  return makeTarget(host, port, { ...more, written: { ...written, ...more.written } });
}

/** What every transport over SSH does, in sentences about servers, trust and logins. */
export function networkContract(title: string, create: () => Transport): void {
  describe(`${title}: over a network`, () => {
    let sshd: Sshd;
    let transport: Transport;
    let key = '';
    const at = (name: string) => join(sshd.folder, name);
    beforeAll(async () => {
      transport = create();
      sshd = await startSshd(['ed25519', 'ecdsa'], [QUICK_SHELL]);
      key = await sshd.authorize('user', ['-t', 'ed25519']);
      await writeFile(at('known'), `${await sshd.knownHostsLine('ed25519')}\n`);
    });
    afterAll(async () => {
      await transport?.close();
      await sshd?.stop();
    });

    const target = (more: Partial<SshSpec> = {}, host = sshd.host, port = sshd.port) =>
      writtenTarget(host, port, { identityFiles: [key], knownHosts: [at('known')], ...more });
    async function refusal(it: Target, signal = NEVER): Promise<Failure> {
      const session = await transport.connect(it, { password: null, ahead: 'cat', signal });
      if (session.ok) {
        await session.value.close();
        throw new Error('it connected');
      }
      expect(session.error.passwordRefused).toBe(false);
      return session.error.failure;
    }
    async function says(commandLine: string, it: Target) {
      const session = await connected(transport, it);
      try {
        return await transcript(session, commandLine);
      } finally {
        await session.close();
      }
    }

    test('a name that does not exist is unresolved', async () => {
      expect((await refusal(target({}, 'no-such-host.invalid'))).code).toBe('HOST_UNRESOLVED');
    });

    test('a closed port refuses', async () => {
      const { host, port, stop } = await startTcpServer(() => undefined);
      await stop();
      expect(await refusal(target({}, host, port))).toMatchObject({
        code: 'CONNECTION_REFUSED',
        retryable: true,
      });
    });

    const greets = (words: string | Buffer) => (socket: Socket) => void socket.write(words);
    const leaves = (words: string | Buffer) => (socket: Socket) => void socket.end(words);
    test.each<[string, (socket: Socket) => void, string, string]>([
      ['says nothing', () => undefined, 'CONNECTION_TIMED_OUT', 'says nothing'],
      ['says its version, and no more', greets('SSH-2.0-odd\r\n'), 'CONNECTION_TIMED_OUT', 'key exchange'],
      ['is a web server', leaves('HTTP/1.1 400 No\r\n\r\n'), 'NOT_SSH', 'HTTP/1.1 400 No'],
      ['is a web server that waits', greets('HTTP/1.1 400 No\r\n\r\n'), 'NOT_SSH', 'HTTP/1.1 400 No'],
      ['sends rubbish', leaves(Buffer.alloc(9_000, '\x01')), 'NOT_SSH', ''],
      ['has reached MaxStartups', leaves('Exceeded MaxStartups\r\n'), 'SERVER_BUSY', 'Exceeded MaxStartups'],
      [
        'does not allow it at this time',
        leaves('Not allowed at this time\r\n'),
        'SERVER_BUSY',
        'Not allowed',
      ],
      ['closes at once', (socket) => void socket.end(), 'CONNECTION_LOST', ''],
      ['resets at once', (socket) => void socket.resetAndDestroy(), 'CONNECTION_LOST', ''],
      ['closes after its version', leaves('SSH-2.0-odd\r\n'), 'CONNECTION_LOST', 'key exchange'],
    ])('a server that %s', async (_, behave, code, detail) => {
      const server = await startTcpServer(behave);
      try {
        const failure = await refusal(target({ connectTimeoutMs: 2_000 }, server.host, server.port));
        expect(failure.code).toBe(code);
        expect(failure.detail ?? '').toContain(detail);
      } finally {
        await server.stop();
      }
    });

    test.each([
      ['by the operator', undefined, 'INTERRUPTED'],
      ['because its time is up', 'timeout', 'TIMED_OUT'],
    ])('an attempt that is given up %s ends at once', async (_, reason, code) => {
      const given = new AbortController();
      const server = await startTcpServer(() => setTimeout(() => given.abort(reason), 100));
      try {
        // At once, and not with connectTimeout, which would be CONNECTION_TIMED_OUT.
        expect((await refusal(target({}, server.host, server.port), given.signal)).code).toBe(code);
      } finally {
        await server.stop();
      }
    });

    test('a host key that is not known is refused, and nothing is written', async () => {
      await writeFile(at('empty'), '');
      const failure = await refusal(target({ knownHosts: [at('empty')] }));
      expect([failure.code, failure.message]).toEqual([
        'HOST_KEY_UNKNOWN',
        expect.stringContaining('SHA256:'),
      ]);
      expect(failure.hint).toContain(at('empty'));
      expect(await readFile(at('empty'), 'utf8')).toBe('');
    });

    test('a host key that is not known is written down where the inventory accepts it, and is known then', async () => {
      const knownHosts = [at('new')];
      expect((await says('echo in', target({ knownHosts, hostKeys: 'accept-new' }))).stdout).toBe('in\n');
      expect((await says('echo in', target({ knownHosts }))).stdout).toBe('in\n');
    });

    test.each(['strict', 'accept-new'] as const)(
      'a host key that differs is refused (%s)',
      async (hostKeys) => {
        const [name, type] = (await sshd.knownHostsLine('ed25519')).split(' ');
        const [, other] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
        await writeFile(at('changed'), `# a comment\n${name} ${type} ${other}\n`);
        const failure = await refusal(target({ knownHosts: [at('changed')], hostKeys }));
        expect([failure.code, failure.message]).toEqual([
          'HOST_KEY_CHANGED',
          expect.stringContaining(`${at('changed')}:2 `),
        ]);
        expect(failure.hint).toContain(`ssh-keygen -R '${name}' -f '${at('changed')}'`);
      },
    );

    test.each(['strict', 'accept-new'] as const)(
      'a host key that is revoked is refused (%s)',
      async (hostKeys) => {
        const line = await sshd.knownHostsLine('ed25519');
        await writeFile(at('revoked'), `@revoked ${line}\n`);
        expect((await refusal(target({ knownHosts: [at('revoked')], hostKeys }))).code).toBe(
          'HOST_KEY_REVOKED',
        );
      },
    );

    test('a key that the server does not take is rejected by name', async () => {
      const stranger = await makeKey(at('stranger'), ['-t', 'ed25519']);
      const failure = await refusal(target({ identityFiles: [stranger] }));
      expect([failure.code, failure.message]).toEqual([
        'AUTH_REJECTED',
        expect.stringContaining(`${stranger} `),
      ]);
      expect(failure.detail).toContain('the server takes: publickey');
      expect(failure.retryable).toBe(false);
    });

    test('a key that is not there cannot be read', async () => {
      const failure = await refusal(target({ identityFiles: [at('gone')] }));
      expect([failure.code, failure.message]).toEqual([
        'KEY_UNREADABLE',
        expect.stringContaining(at('gone')),
      ]);
    });

    test('a command whose connection is cut by the other side is lost', async () => {
      expect((await says('kill -KILL $PPID', target())).completed).toEqual({ kind: 'lost' });
    });

    test.each([
      ['a forced command is run in place of the one that is asked for', 'ForceCommand echo no', 'no\n', 0],
      [
        'nologin says so, and fails',
        'ForceCommand /usr/sbin/nologin',
        'This account is currently not available.\n',
        1,
      ],
    ])('%s', async (_, option, stdout, code) => {
      const forced = await sshdWith(option);
      try {
        const said = await says('echo yes', forced.target);
        expect([said.completed, said.stdout]).toEqual([{ kind: 'exited', code }, stdout]);
      } finally {
        await forced.stop();
      }
    });

    test('a server that runs no commands gives no usable shell: at once, or in the words of a failed command', async () => {
      const closed = await sshdWith('MaxSessions 0');
      const session = await connected(transport, closed.target);
      let stderr = '';
      const command = await session.exec('echo yes', {
        stdout: () => undefined,
        stderr: (bytes) => {
          stderr += Buffer.from(bytes);
        },
      });
      if (command.ok) {
        expect(await command.value.completed).toEqual({ kind: 'exited', code: 255 });
        expect(stderr).toContain('open failed');
      } else expect(command.error.code).toBe('SHELL_UNUSABLE');
      await session.close();
      await closed.stop();
    });

    /** An sshd of its own, and a target for it. */
    async function sshdWith(option: string) {
      const other = await startSshd(['ed25519'], [option]);
      const identity = await other.authorize('user', ['-t', 'ed25519']);
      await writeFile(join(other.folder, 'known'), `${await other.knownHostsLine('ed25519')}\n`);
      const spec = { identityFiles: [identity], knownHosts: [join(other.folder, 'known')] };
      return { target: writtenTarget(other.host, other.port, spec), stop: () => other.stop() };
    }
  });
}
