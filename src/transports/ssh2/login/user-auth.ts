import { printable } from '../../../lib/printable.ts';
import type { Connection } from '../connection/connection.ts';
import { SAID } from '../connection/trouble.ts';
import type { Offer } from '../keys/offers.ts';
import { authRequest, infoResponse, keyRequest, MESSAGE, serviceRequest } from '../packets/messages.ts';
import { wireFlag, wireString } from '../packets/wire.ts';
import type { Ahead } from './ahead.ts';
import type { Login } from './login.ts';
import { readFailure, readPrompts, readWelcomeKey } from './login-messages.ts';
import { createSignatureChoice } from './signature-choice.ts';

/** What a login over a connection needs. */
export interface UserAuthParts {
  readonly user: string;
  readonly login: Login;
  readonly ahead: Ahead;
  /** Settles when something may be sent; false: the attempt is over. */
  readonly ready: () => Promise<boolean>;
  readonly done: () => void;
  /** There is nothing left to try. */
  readonly giveUp: () => void;
}

/** The login (RFC 4252) over a connection whose keys are agreed on. */
export interface UserAuth {
  /** Makes the first move; never rejects. */
  begin(): Promise<void>;
  /** A message of the login. From it: what is wrong with it, or null. */
  receive(payload: Buffer): string | null;
}

/** An honest server asks once, twice where PAM has last words. */
const MOST_QUESTIONS = 10;

export function createUserAuth(connection: Connection, parts: UserAuthParts): UserAuth {
  const { user, login, ahead } = parts;
  const signatures = createSignatureChoice(connection);
  /** What the server has yet to answer: a method, or an offer that it is asked about. */
  let open: 'none' | 'key' | 'password' | 'keyboard' | Offer | null = null;
  let questions = 0;

  /** What the first flight holds leaves in one go, with the end of the key exchange before it. */
  async function begin(): Promise<void> {
    connection.hold();
    try {
      if (!(await parts.ready())) return;
      connection.send(serviceRequest('ssh-userauth'));
      await proceed();
    } finally {
      connection.release();
    }
  }
  async function proceed(): Promise<void> {
    const move = await login.next();
    if (!(await parts.ready())) return;
    if (move === null) return parts.giveUp();
    if (move.kind === 'key') return move.probe ? probe(move.offer) : sign(move.offer);
    open = move.kind;
    if (move.kind === 'none') return connection.send(authRequest(user, 'none'));
    if (move.kind === 'keyboard') {
      return connection.send(authRequest(user, 'keyboard-interactive', wireString(''), wireString('')));
    }
    connection.send(authRequest(user, 'password', wireFlag(false), wireString(move.text)));
    ahead.follow(login.isLast);
  }
  async function probe(offer: Offer): Promise<void> {
    const algorithm = await signatures.algorithmFor(offer);
    if (!(await parts.ready())) return;
    open = offer;
    connection.send(keyRequest(user, false, algorithm, offer.blob));
  }
  async function sign(offer: Offer): Promise<void> {
    const algorithm = await signatures.algorithmFor(offer);
    const request = keyRequest(user, true, algorithm, offer.blob);
    const signature = await offer.sign(Buffer.concat([wireString(connection.sessionId), request]), algorithm);
    if (!(await parts.ready())) return;
    if (!signature.ok) {
      login.onSigningFailed(printable(signature.error, SAID));
      return proceed();
    }
    open = 'key';
    connection.send(Buffer.concat([request, wireString(signature.value)]));
    ahead.follow(login.isLast);
  }
  async function answer(payload: Buffer): Promise<void> {
    const prompts = readPrompts(payload);
    const answers = prompts === null ? null : await login.answer(prompts);
    if (!(await parts.ready()) || open !== 'keyboard') return;
    if (answers === null) return parts.giveUp();
    connection.send(infoResponse(answers));
  }
  /** What comes of it shows in the next message, or in the end of the connection. */
  function go(act: () => Promise<void>): null {
    act().catch(() => connection.destroy());
    return null;
  }

  /** One number for three messages, told apart by what has been asked. */
  function ask(payload: Buffer): string | null {
    const now = open;
    if (now === 'password') {
      login.onPasswordExpired();
      parts.giveUp();
      return null;
    }
    if (now === 'keyboard') {
      questions += 1;
      return questions > MOST_QUESTIONS ? 'its questions never end' : go(() => answer(payload));
    }
    if (now === null || typeof now === 'string') return 'a message of the login comes unasked';
    if (readWelcomeKey(payload)?.equals(now.blob) !== true) return 'it welcomes another key';
    open = null;
    return go(() => sign(now));
  }
  return {
    begin: () => begin().catch(() => connection.destroy()),
    receive(payload) {
      switch (payload[0]) {
        case MESSAGE.EXT_INFO:
          return signatures.onExtensions(payload);
        case MESSAGE.SERVICE_ACCEPT:
          signatures.onServiceAccepted();
          return null;
        case MESSAGE.USERAUTH_BANNER:
          return null;
        case MESSAGE.USERAUTH_PK_OK:
          return ask(payload);
        case MESSAGE.USERAUTH_FAILURE: {
          const failure = readFailure(payload);
          if (failure === null || open === null) return 'a refusal makes no sense';
          open = null;
          login.onFailure(failure.methods, failure.partial);
          ahead.refused();
          return go(proceed);
        }
        case MESSAGE.USERAUTH_SUCCESS:
          if (open === null) return 'it lets in without being asked';
          open = null;
          ahead.accepted();
          parts.done();
          return null;
        default:
          return 'an unknown message of the login';
      }
    },
  };
}
