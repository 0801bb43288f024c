import type { Hop } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { printable } from '../../lib/printable.ts';
import { timedOut } from '../given-up.ts';
import type { ConnectFailure } from '../transport.ts';
import type { Connection } from './connection/connection.ts';
import { describeTrouble, SAID, type Trouble } from './connection/trouble.ts';
import type { Login } from './login/login.ts';

/** How far an attempt had got when it ended. */
export interface Progress {
  readonly target: Hop;
  readonly greeting: Connection['greeting'];
  /** True once the keys are exchanged and the host key has proven itself. */
  readonly agreed: boolean;
  readonly login: Login;
  /** Null: the connection was fine, but nothing is left to try. */
  readonly trouble: Trouble | null;
}

// Reasons of SSH_MSG_DISCONNECT (RFC 4253, 11.1).
const BY_APPLICATION = 11;
const TOO_MANY_CONNECTIONS = 12;
/** PROTOCOL_ERROR, KEY_EXCHANGE_FAILED, PROTOCOL_VERSION_NOT_SUPPORTED: they will not change by themselves. */
const DISAGREEMENTS: readonly number[] = [2, 3, 8];

/** What it means that the connection ended before the login was through. */
export function explainEnd(progress: Progress): ConnectFailure {
  const { login, greeting, agreed, trouble } = progress;
  // A password that was sent and not answered counts as refused: it must not be tried on one agent after the other.
  const passwordRefused = login.password === 'refused' || login.password === 'sent';
  const refused = agreed ? loginRefused(progress) : null;
  const it = agreed || greeting.greeting === 'ssh' ? brokenOff(progress) : noServer(progress);
  const why = trouble?.kind === 'jump' ? trouble.failure : (refused ?? it);
  // A key that was refused before the connection broke would be offered once more.
  return { failure: login.keyRefused ? { ...why, retryable: false } : why, passwordRefused };
}

/** What it means that the time was up before the login was through. */
export function explainLimit(progress: Progress): ConnectFailure {
  const { greeting, agreed, target, login } = progress;
  const passwordRefused = login.password === 'sent';
  const late = (phase: string) => ({ failure: timedOut(target, phase), passwordRefused });
  if (greeting.greeting === 'nothing') return late('connected, but the server says nothing');
  if (greeting.greeting !== 'ssh' && !agreed) return { failure: noServer(progress), passwordRefused };
  if (!agreed) return late('in the midst of the key exchange');
  const doing = login.password === 'sent' ? 'no answer to the password' : 'in the midst of the login';
  return late(`${doing} (${login.tried()})`);
}

function noServer({ greeting, target, trouble }: Progress): Failure {
  const { host, port } = target;
  const said = printable(Buffer.from(greeting.first.subarray(0, SAID)).toString('latin1'));
  if (greeting.greeting === 'busy') return failure('SERVER_BUSY', 'connect', { host }, said);
  if (greeting.greeting !== 'nothing') return failure('NOT_SSH', 'connect', { host, port }, said);
  const how = trouble?.kind === 'broken' ? trouble.code : 'the connection was closed';
  const detail = `${how} before the server said anything: a busy sshd (MaxStartups), a firewall or hosts.deny does that`;
  return failure('CONNECTION_LOST', 'connect', { host }, detail);
}

/** Null where the login was not refused, but the connection broke. */
function loginRefused({ target, login, trouble }: Progress): Failure | null {
  const { host, port, ssh } = target;
  const kind = trouble?.kind ?? 'hung-up';
  const isJudgement = trouble?.kind === 'disconnected' && trouble.reason !== BY_APPLICATION;
  // A server that hangs up in place of an answer to the password has refused it, as far as the account is concerned.
  const refused =
    login.progress === 'exhausted' ||
    login.password === 'refused' ||
    (login.password === 'sent' && kind !== 'senseless') ||
    (login.progress === 'trying' && isJudgement);
  if (!refused) return null;
  const values = { host, port, address: ssh.address, user: ssh.user, tried: login.tried() };
  const said = trouble?.kind === 'disconnected' ? `the server said: ${printable(trouble.said, SAID)}` : '';
  const cut = login.password === 'sent' ? 'the server hung up in place of an answer' : '';
  const detail = [login.remarks(), said, cut].filter((part) => part !== '').join('; ');
  return failure('AUTH_REJECTED', 'connect', values, detail);
}

/** The connection of a real SSH server broke, or the two could not agree: then it does not help to try again. */
function brokenOff({ target, agreed, trouble }: Progress): Failure {
  const { host } = target;
  const when = agreed ? 'during the login' : 'during the key exchange';
  const lost = (detail: string) => failure('CONNECTION_LOST', 'connect', { host }, detail);
  const disagreement = (detail: string): Failure => ({
    ...failure('CONNECTION_LOST', 'connect', { host, cause: 'disagreement' }, detail),
    retryable: false,
  });
  if (trouble === null || trouble.kind === 'hung-up') return lost(`the server hung up ${when}`);
  if (trouble.kind === 'broken') return lost(`${trouble.code} ${when}`);
  if (trouble.kind === 'disconnected') {
    const said = printable(trouble.said, SAID);
    if (trouble.reason === TOO_MANY_CONNECTIONS) return failure('SERVER_BUSY', 'connect', { host }, said);
    return (DISAGREEMENTS.includes(trouble.reason) ? disagreement : lost)(`${when}: ${said}`);
  }
  return (trouble.kind === 'senseless' ? disagreement : lost)(`${when}: ${describeTrouble(trouble)}`);
}
