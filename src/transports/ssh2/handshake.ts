import { getCiphers } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Algorithms, CipherAlgorithm, Client } from 'ssh2';
import ssh2 from 'ssh2';
import { printable } from '../../lib/printable.ts';
import type { Result } from '../../lib/result.ts';
import type { Attempt } from './attempt.ts';
import { explainEnd, explainLimit, type Progress } from './ending.ts';
import { FIRST_BYTES, recognise } from './first-bytes.ts';
import type { HostKeyJudge, HostKeyVerdict } from './host-key.ts';
import { createLogin, type LoginMeans } from './login.ts';
import { adjust } from './private-parts.ts';

/** What a handshake needs besides the socket. */
export interface HandshakeParts {
  readonly judge: HostKeyJudge;
  readonly means: Omit<LoginMeans, 'user' | 'ready' | 'giveUp'>;
  /** Adds a host key that has proven itself; nothing is sent to log in before it has settled. Never rejects. */
  readonly addHostKey: (name: string, blob: Uint8Array) => Promise<Result<void, string>>;
}

const KEEPALIVE_MS = 15_000;
const KEEPALIVE_MISSES = 3;

// The software's name in the version line must have no minus sign (RFC 4253, 4.2).
const IDENT = 'nodeprep';

// aes128-gcm costs the least. An OpenSSL in FIPS mode has no chacha20, and ssh2 throws at names that it cannot use.
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  ...(getCiphers().includes('chacha20') ? (['chacha20-poly1305@openssh.com'] as const) : []),
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];

function algorithms(judge: HostKeyJudge): Algorithms {
  return { serverHostKey: [...judge.algorithms], cipher: CIPHERS, compress: ['none'] };
}

/**
 * From a connected socket to an authenticated client. Null: the attempt has failed. The attempt's failure destroys
 * the socket; nothing that the server does can throw from here.
 */
export function shakeHands(attempt: Attempt, socket: Socket, parts: HandshakeParts): Promise<Client | null> {
  const { target } = attempt;
  const client = new ssh2.Client();
  let firstBytes = Buffer.alloc(0);
  let presented: Buffer | null = null;
  let verdict: HostKeyVerdict | null = null;
  let recorded: Promise<unknown> = Promise.resolve();
  let error: Error | null = null;
  let agreed = false;

  async function ready(): Promise<boolean> {
    await recorded;
    return !attempt.over;
  }
  const login = createLogin({ ...parts.means, user: target.ssh.user, ready, giveUp: fail });
  const progress = (): Progress => ({
    target,
    greeting: recognise(firstBytes),
    firstBytes,
    agreed,
    login,
    error,
  });
  function fail(): void {
    const untrusted =
      verdict?.kind === 'refused' ? { failure: verdict.failure, passwordRefused: false } : null;
    const end = untrusted ?? explainEnd(progress());
    attempt.fail(end.failure, end.passwordRefused);
  }

  // A password that was sent and not answered counts as refused: it must not be tried on one agent after the other.
  attempt.explain(() => {
    const now = progress();
    return { failure: explainLimit(now), passwordRefused: now.login.password === 'sent' };
  });
  // For the socket's life: whatever comes after the attempt is of no interest, but must not be uncaught.
  client.on('error', (it: Error & { level?: string }) => {
    // Neither ends the connection: ssh2 goes on to the next key.
    const signing = it.level === 'client-authentication' && login.progress !== 'exhausted';
    if (it.level === 'agent' || signing) return login.onSigningFailed(printable(it.message, 200));
    error ??= it;
    socket.destroy();
  });
  client.once('close', fail);
  client.once('change password', () => {
    login.onPasswordExpired();
    fail();
  });
  client.on('handshake', () => {
    if (agreed) return;
    agreed = true;
    if (verdict?.kind === 'add' && presented !== null) recorded = record(verdict, presented);
  });

  /** Judges the key before it has proven itself; at a later key exchange it must be the same one. */
  function verify(key: Buffer): boolean {
    if (presented !== null) return presented.equals(key);
    presented = Buffer.from(key);
    verdict = parts.judge.judge(key);
    return verdict.kind !== 'refused';
  }
  async function record({ name, unrecorded }: HostKeyVerdict & { kind: 'add' }, key: Buffer): Promise<void> {
    const added = await parts.addHostKey(name, key);
    if (!added.ok) attempt.fail(unrecorded(added.error));
  }

  return new Promise((resolve) => {
    attempt.onFailure(() => resolve(null));
    client.once('ready', () => {
      if (attempt.over) return;
      if (!agreed || presented === null) return fail();
      client.off('close', fail);
      attempt.succeed();
      resolve(client);
    });
    client.connect({
      sock: socket,
      username: target.ssh.user,
      ident: IDENT,
      algorithms: algorithms(parts.judge),
      hostVerifier: verify,
      authHandler: login.handler,
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSES,
    });
    adjust(client, login.onFailure);
    // ssh2 has paused the socket and starts to read in a later microtask: this listener is the first to see the bytes.
    const peek = (bytes: Buffer) => {
      firstBytes = Buffer.concat([firstBytes, bytes]).subarray(0, FIRST_BYTES);
      const greeting = recognise(firstBytes);
      if (greeting === 'ssh' || firstBytes.length === FIRST_BYTES) socket.off('data', peek);
      if (greeting === 'http') fail();
    };
    socket.on('data', peek);
  });
}
