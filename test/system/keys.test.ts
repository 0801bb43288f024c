import { execFile } from 'node:child_process';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { SshSpec } from '../../src/domain/target.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import { fidoStandIn, publicLine, startAgentStandIn } from '../support/ssh-material.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { makeKey, type Sshd, scratchFolder, startAgent, startSshd } from '../support/sshd.ts';
import { connected, transcript } from '../support/transcript.ts';
import { describeSystem } from './support/parts.ts';

const run = promisify(execFile);
const NEVER = new AbortController().signal;

describeSystem('logging in to a real sshd', () => {
  /** Takes certificates of its authority, and the keys that a test has authorized. */
  let sshd: Sshd;
  /** Takes RSA with SHA-2 alone. */
  let modern: Sshd;
  let authorityFolder = '';
  let authority = '';
  const at = (name: string) => join(sshd.folder, name);

  beforeAll(async () => {
    authorityFolder = await scratchFolder();
    authority = await makeKey(join(authorityFolder, 'ca'), ['-t', 'ed25519']);
    sshd = await startSshd(['ed25519'], ['LogLevel VERBOSE', `TrustedUserCAKeys ${authority}.pub`]);
    modern = await startSshd(['ed25519'], ['PubkeyAcceptedAlgorithms rsa-sha2-512,rsa-sha2-256']);
    for (const it of [sshd, modern]) {
      await writeFile(join(it.folder, 'known'), `${await it.knownHostsLine('ed25519')}\n`);
    }
  });
  afterAll(async () => {
    await sshd?.stop();
    await modern?.stop();
    await rm(authorityFolder, { recursive: true, force: true });
  });

  function target(spec: Partial<SshSpec>, server = sshd) {
    return makeTarget(server.host, server.port, {
      identityFiles: [],
      knownHosts: [join(server.folder, 'known')],
      ...spec,
    });
  }
  /** Logs in and says so; or the failure's code. */
  async function login(spec: Partial<SshSpec>, agentSocket: string | null = null, server = sshd) {
    const transport = createSsh2Transport({ agentSocket });
    try {
      const session = await transport.connect(target(spec, server), {
        password: null,
        ahead: null,
        signal: NEVER,
      });
      if (!session.ok) return `${session.error.failure.code} ${session.error.failure.detail}`;
      const said = await transcript(session.value, 'echo in');
      await session.value.close();
      return said.stdout.trim();
    } finally {
      await transport.close();
    }
  }
  /** A key that nobody has authorized, with a certificate of sshd's authority beside it. */
  async function certifiedKey(
    name: string,
    keygen: readonly string[],
    options: readonly string[] = ['-n', 'root'],
  ) {
    const key = await makeKey(at(name), keygen);
    await run('ssh-keygen', ['-q', '-s', authority, '-I', `id-${name}`, ...options, `${key}.pub`]);
    return key;
  }

  describe('by certificate', () => {
    test.each([
      ['ed25519', ['-t', 'ed25519']],
      ['ecdsa', ['-t', 'ecdsa', '-b', '384']],
      ['rsa', ['-t', 'rsa', '-b', '2048']],
    ])('%s, beside its key', async (name, keygen) => {
      const key = await certifiedKey(name, keygen);
      expect(await login({ identityFiles: [key] })).toBe('in');
      expect(await sshd.log()).toContain(`ID id-${name} `);
    });

    test('by CertificateFile, with its key in the agent', async () => {
      const key = await certifiedKey('elsewhere', ['-t', 'ed25519']);
      await copyFile(`${key}-cert.pub`, at('moved'));
      await rm(`${key}-cert.pub`);
      const agent = await startAgent(sshd.folder, [key]);
      expect(await login({ certificateFiles: [at('moved')] }, agent.socket)).toBe('in');
      await agent.stop();
    });

    test.each([
      ['ed25519', ['-t', 'ed25519']],
      ['rsa', ['-t', 'rsa', '-b', '2048']],
    ])('%s, held by the agent', async (name, keygen) => {
      const key = await certifiedKey(`held-${name}`, keygen);
      // ssh-add takes the certificate beside the key along.
      const agent = await startAgent(sshd.folder, [key]);
      for (const suffix of ['', '.pub', '-cert.pub']) await rm(`${key}${suffix}`);
      expect(await login({}, agent.socket)).toBe('in');
      expect(await sshd.log()).toContain(`ID id-held-${name} `);
      await agent.stop();
    });

    test('in vain for another principal, and then by the key itself', async () => {
      const key = await certifiedKey('other', ['-t', 'ed25519'], ['-n', 'nobody']);
      expect(await login({ identityFiles: [key] })).toContain('AUTH_REJECTED');
      await appendFile(at('authorized'), await readFile(`${key}.pub`));
      expect(await login({ identityFiles: [key] })).toBe('in');
    });

    test('not by one that has expired, which is said', async () => {
      const key = await certifiedKey('expired', ['-t', 'ed25519'], ['-n', 'root', '-V', '-2d:-1d']);
      expect(await login({ identityFiles: [key] })).toMatch(
        /^AUTH_REJECTED .*the certificate has expired on /s,
      );
    });
  });

  // A stand-in for ssh-agent and security key, in software: no machine of the tests has one. sshd is the real one.
  describe('by a FIDO key of the agent', () => {
    test.each(['ed25519', 'ecdsa'] as const)('%s', async (kind) => {
      const key = fidoStandIn(kind);
      await appendFile(at('authorized'), publicLine(key.blob));
      const agent = await startAgentStandIn(at(`fido-${kind}`), [fidoStandIn(kind), key]);
      expect(await login({}, agent.socket)).toBe('in');
      // A touch is asked for only where the server takes the key.
      expect(agent.signatures).toBe(1);
      await agent.stop();
    });

    test('with a certificate', async () => {
      const key = fidoStandIn('ed25519');
      await writeFile(at('sk.pub'), publicLine(key.blob));
      await run('ssh-keygen', ['-q', '-s', authority, '-I', 'id-sk', '-n', 'root', at('sk.pub')]);
      const agent = await startAgentStandIn(at('fido-certified'), [key]);
      expect(await login({ identityFiles: [at('sk.pub')] }, agent.socket)).toBe('in');
      expect(await sshd.log()).toContain('ID id-sk ');
      await agent.stop();
    });
  });

  test.each(['file', 'agent'] as const)('by RSA where no SHA-1 is taken, from the %s', async (signer) => {
    const key = await modern.authorize(`rsa-${signer}`, ['-t', 'rsa', '-b', '2048']);
    const agent = signer === 'agent' ? await startAgent(modern.folder, [key]) : null;
    const spec = { identityFiles: agent === null ? [key] : [] };
    expect(await login(spec, agent?.socket ?? null, modern)).toBe('in');
    await agent?.stop();
  });

  test('by a locked key, whose passphrase is asked for once for all, and is right at the second try', async () => {
    const key = await sshd.authorize('locked', ['-t', 'ed25519', '-N', 'a sentinel phrase']);
    const answers = ['wrong', 'a sentinel phrase'];
    const asked: string[] = [];
    const transport = createSsh2Transport({
      agentSocket: null,
      async askPassphrase(path) {
        asked.push(path);
        return new Secret(answers[asked.length - 1] ?? '');
      },
    });
    const targets = [target({ identityFiles: [key] }), target({ identityFiles: [key] })];
    expect(await transport.prepare(targets)).toEqual([]);
    const sessions = await Promise.all(targets.map((it) => connected(transport, it)));
    for (const session of sessions) {
      expect(await transcript(session, 'echo in')).toMatchObject({ stdout: 'in\n' });
      await session.close();
    }
    await transport.close();
    expect(asked).toEqual([key, key]);
  });

  test('not by a locked key where nobody can be asked', async () => {
    const key = await sshd.authorize('shut', ['-t', 'ed25519', '-N', 'a sentinel phrase']);
    expect(await login({ identityFiles: [key] })).toMatch(/^KEY_UNREADABLE /);
  });
});
