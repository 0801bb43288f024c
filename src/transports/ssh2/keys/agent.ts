import { createConnection, type Socket } from 'node:net';
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { errorCode } from '../../system-error.ts';
import {
  type AgentKey,
  createAnswerReader,
  identitiesRequest,
  readIdentities,
  readSignature,
  signRequest,
} from './agent-protocol.ts';
import { algorithmOf } from './signature.ts';

/** The operator's ssh-agent. All connections share one socket to it; its troubles are values. */
export interface SshAgent {
  /** The keys that it holds, asked for once. */
  keys(): Promise<Result<readonly AgentKey[], string>>;
  /** A whole signature of `data` with one of its keys, by the named algorithm (`rsa-sha2-512`). */
  sign(blob: Uint8Array, data: Uint8Array, algorithm: string): Promise<Result<Buffer, string>>;
  close(): void;
}

const LIST_MS = 5_000;
/** An agent may ask the operator to confirm (`ssh-add -c`), or to touch a key. */
const SIGN_MS = 60_000;

/**
 * Talks to the ssh-agent at a socket's path (SSH_AUTH_SOCK). One request at a time, which every agent understands;
 * a broken socket is opened again for the next one. An idle socket does not keep the process alive.
 */
export function createSshAgent(path: string): SshAgent {
  let socket: Socket | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let listing: Promise<Result<readonly AgentKey[], string>> | null = null;

  function connection(): Socket {
    if (socket !== null && !socket.destroyed) return socket;
    const opened = createConnection(path);
    opened.unref();
    opened.on('error', () => undefined);
    socket = opened;
    return opened;
  }

  function exchange(request: Buffer, ms: number): Promise<Result<Buffer, string>> {
    return new Promise((resolve) => {
      const agent = connection();
      const reader = createAnswerReader();
      const timer = setTimeout(() => settle(err('it does not answer'), true), ms);
      const onData = (bytes: Buffer) => {
        const answer = reader.push(bytes);
        if (answer === 'broken') settle(err('its answer makes no sense'), true);
        else if (answer !== null) settle(ok(answer), false);
      };
      const onError = (error: Error) => settle(err(`it cannot be reached (${errorCode(error)})`), true);
      const onClose = () => settle(err('it closed the connection'), true);
      function settle(result: Result<Buffer, string>, broken: boolean) {
        clearTimeout(timer);
        agent.off('data', onData).off('error', onError).off('close', onClose);
        if (broken) agent.destroy();
        resolve(result);
      }
      agent.on('data', onData).on('error', onError).on('close', onClose);
      agent.write(request);
    });
  }

  /** Waits for its turn, and never rejects: nothing in an exchange throws. */
  function ask(request: Buffer, ms: number): Promise<Result<Buffer, string>> {
    const answer = turn.then(() => (closed ? err('it is not asked any more') : exchange(request, ms)));
    turn = answer;
    return answer;
  }
  async function list(): Promise<Result<readonly AgentKey[], string>> {
    const answer = await ask(identitiesRequest(), LIST_MS);
    if (!answer.ok) return answer;
    const keys = readIdentities(answer.value);
    return keys === null ? err('its answer makes no sense') : ok(keys);
  }
  return {
    keys() {
      listing ??= list();
      return listing;
    },
    async sign(blob, data, algorithm) {
      const answer = await ask(signRequest(blob, data, algorithm), SIGN_MS);
      if (!answer.ok) return answer;
      const signature = readSignature(answer.value);
      if (signature === null) return err('it refused to sign');
      const name = algorithmOf(signature);
      if (name === null) return err('its answer makes no sense');
      // An old agent signs with SHA-1 whatever it is asked for.
      return name === algorithm ? ok(signature) : err(`it signs with ${printable(name, 80)} only`);
    },
    close() {
      closed = true;
      socket?.destroy();
    },
  };
}
