import type { Hop } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { printable } from '../../lib/printable.ts';
import type { ConnectFailure } from '../transport.ts';
import { timedOut } from './attempt.ts';
import type { Greeting } from './first-bytes.ts';
import type { Login } from './login.ts';
import { errorCode } from './system-error.ts';

/** How far an attempt had got when it ended. */
export interface Progress {
  readonly target: Hop;
  readonly greeting: Greeting;
  readonly firstBytes: Uint8Array;
  /** True once the keys are exchanged and the host key has proven itself. */
  readonly agreed: boolean;
  readonly login: Login;
  /** The first error, where there was one. */
  readonly error: (Error & { level?: string; code?: unknown }) | null;
}

const SAID = 200;
// Reasons of SSH_MSG_DISCONNECT (RFC 4253, 11.1).
const TOO_MANY_CONNECTIONS = 12;
/** PROTOCOL_ERROR, KEY_EXCHANGE_FAILED, PROTOCOL_VERSION_NOT_SUPPORTED: they will not change by themselves. */
const DISAGREEMENTS: readonly unknown[] = [2, 3, 8];

/** What it means that the connection ended before the login was through. */
export function explainEnd(progress: Progress): ConnectFailure {
  const { login, greeting, agreed } = progress;
  const refused = agreed ? loginRefused(progress) : null;
  if (refused !== null) {
    return { failure: refused, passwordRefused: login.password === 'refused' || login.password === 'sent' };
  }
  const it = agreed || greeting === 'ssh' ? brokenOff(progress) : noServer(progress);
  return { failure: it, passwordRefused: false };
}

/** What it means that the time was up before the login was through. */
export function explainLimit(progress: Progress): Failure {
  const { greeting, agreed, target, login } = progress;
  if (greeting === 'nothing') return timedOut(target, 'connected, but the server says nothing');
  if (greeting !== 'ssh' && !agreed) return noServer(progress);
  if (!agreed) return timedOut(target, 'in the midst of the key exchange');
  const doing = login.password === 'sent' ? 'no answer to the password' : 'in the midst of the login';
  return timedOut(target, `${doing} (${login.tried()})`);
}

function noServer({ greeting, firstBytes, target, error }: Progress): Failure {
  const { host, port } = target;
  const said = printable(Buffer.from(firstBytes.subarray(0, SAID)).toString('latin1'));
  if (greeting === 'busy') return failure('SERVER_BUSY', 'connect', { host }, said);
  if (greeting !== 'nothing') return failure('NOT_SSH', 'connect', { host, port }, said);
  const how = error !== null && isSystemError(error) ? errorCode(error) : 'the connection was closed';
  const detail = `${how} before the server said anything: a busy sshd (MaxStartups), a firewall or hosts.deny does that`;
  return failure('CONNECTION_LOST', 'connect', { host }, detail);
}

/** Null where the login was not refused, but the connection broke. */
function loginRefused({ target, login, error }: Progress): Failure | null {
  const { host, port, ssh } = target;
  const hungUp = error === null || typeof error.code === 'number';
  // A server that hangs up in place of an answer to the password has refused it, as far as the account is concerned.
  const refused =
    login.progress === 'exhausted' ||
    login.password === 'refused' ||
    (login.password === 'sent' && (hungUp || isSystemError(error))) ||
    (login.progress === 'trying' && typeof error?.code === 'number');
  if (!refused) return null;
  const values = { host, port, address: host, user: ssh.user, tried: login.tried() };
  const said = typeof error?.code === 'number' ? `the server said: ${printable(error.message, SAID)}` : '';
  const cut = login.password === 'sent' ? 'the server hung up in place of an answer' : '';
  const detail = [login.remarks(), said, cut].filter((part) => part !== '').join('; ');
  return failure('AUTH_REJECTED', 'connect', values, detail);
}

/** The connection of a real SSH server broke, or the two could not agree: then it does not help to try again. */
function brokenOff({ target, agreed, error }: Progress): Failure {
  const { host } = target;
  if (error?.code === TOO_MANY_CONNECTIONS) {
    return failure('SERVER_BUSY', 'connect', { host }, printable(error.message, SAID));
  }
  const when = agreed ? 'during the login' : 'during the key exchange';
  if (error === null) return failure('CONNECTION_LOST', 'connect', { host }, `the server hung up ${when}`);
  if (isSystemError(error)) {
    return failure('CONNECTION_LOST', 'connect', { host }, `${errorCode(error)} ${when}`);
  }
  const lost = failure('CONNECTION_LOST', 'connect', { host }, `${when}: ${printable(error.message, SAID)}`);
  return { ...lost, retryable: typeof error.code === 'number' && !DISAGREEMENTS.includes(error.code) };
}

function isSystemError(error: { code?: unknown } | null): boolean {
  return typeof error?.code === 'string';
}
