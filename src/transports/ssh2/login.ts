import type { AnyAuthMethod, AuthHandlerMiddleware, Prompt } from 'ssh2';
import type { Secret } from '../../domain/secret.ts';
import { printable } from '../../lib/printable.ts';
import type { SshAgent } from './agent.ts';
import { labels, type Offer } from './offers.ts';
import { OneKeyAgent } from './one-key-agent.ts';
import { createPasswordTurn, type PasswordTurn } from './password.ts';

/** What a login has to work with. */
export interface LoginMeans {
  readonly user: string;
  readonly keys: readonly Offer[];
  readonly agent: SshAgent | null;
  /** Gives the password when the server takes one; null from it: none. */
  readonly password: (() => Promise<Secret | null>) | null;
  /** Keys that are not offered, and why; for the operator. */
  readonly passedOver: readonly string[];
  /** Settles when something may be sent; false: the attempt is over. */
  readonly ready: () => Promise<boolean>;
  /** Ends the attempt: the server asks for what cannot be given. */
  readonly giveUp: () => void;
}

/** Logging in to one server: which method comes next, and what has been tried. */
export interface Login {
  /** ssh2 asks it for the next method. */
  readonly handler: AuthHandlerMiddleware;
  /** To be called with each USERAUTH_FAILURE before ssh2 hears of it: which methods the server still takes. */
  onFailure(methods: readonly string[], partial: boolean): void;
  /** To be called when the server wants a new password instead of taking this one. */
  onPasswordExpired(): void;
  /** To be called when a key could not sign: the next one has its turn. */
  onSigningFailed(why: string): void;
  readonly password: PasswordTurn['state'];
  /** How far it has got: `exhausted` once there is nothing left to try. */
  readonly progress: 'nothing sent' | 'trying' | 'exhausted';
  /** For the operator: what has been tried; never a secret. */
  tried(): string;
  /** For the operator: what the server takes, and what was odd. */
  remarks(): string;
}

/**
 * Tries each key once, then the password once: by the method `password`, or as the answer to the only question of
 * `keyboard-interactive`. The password is sent only to a server that has said that it takes one; to learn that
 * without a key to offer, `none` is asked first. Each key is a method of its own: ssh2's handling of an agent with
 * several keys loses track of what the server takes (mscdex/ssh2 #1215).
 */
export function createLogin(means: LoginMeans): Login {
  const { user, keys, agent } = means;
  const password = createPasswordTurn(means.password, means.ready);
  const offered = new Set<Offer>();
  const remarks: string[] = [...means.passedOver];
  let takes: readonly string[] | null = null;
  let position = 0;
  let isTryingKey = false;
  let hasAnswered = false;
  let progress: Login['progress'] = 'nothing sent';

  function giveUp(): void {
    progress = 'exhausted';
    means.giveUp();
  }
  async function answer(prompts: readonly Prompt[], finish: (answers: string[]) => void): Promise<void> {
    const text = await password.answer(prompts);
    if (text !== null) return finish([text]);
    remarks.push('the server asked a question that has no answer here');
    giveUp();
  }

  async function next(): Promise<AnyAuthMethod | null> {
    const offer = keys[position];
    isTryingKey = offer !== undefined && (takes === null || takes.includes('publickey'));
    if (offer !== undefined && isTryingKey) {
      position += 1;
      offered.add(offer);
      const { key, signer } = offer;
      if (signer === 'file' || agent === null) return { type: 'publickey', username: user, key };
      return { type: 'agent', username: user, agent: new OneKeyAgent(agent, key) };
    }
    if (takes === null) return { type: 'none', username: user };
    if (takes.includes('password')) {
      const text = await password.reveal();
      if (text !== null) return { type: 'password', username: user, password: text };
    }
    if (hasAnswered || !password.isLeft || !takes.includes('keyboard-interactive')) return null;
    hasAnswered = true;
    return {
      type: 'keyboard-interactive',
      username: user,
      prompt: (_name, _text, _lang, prompts, finish) => void answer(prompts, finish).catch(giveUp),
    };
  }

  return {
    handler(_methods, _partial, callback) {
      const proceed = async () => {
        const method = await next();
        if (!(await means.ready())) return;
        progress = method === null ? 'exhausted' : 'trying';
        // ssh2 takes false for "nothing left", which its types leave out.
        callback(method ?? (false as never));
      };
      void proceed().catch(giveUp);
    },
    onFailure(methods, partial) {
      // A server that takes no keys yet (it wants the password first) has not judged this one: it has another turn.
      if (isTryingKey && !partial && !methods.includes('publickey')) position = Math.max(0, position - 1);
      password.judged(partial);
      takes = methods;
    },
    onPasswordExpired() {
      password.judged(false);
      remarks.push('the server wants the password to be changed');
    },
    onSigningFailed(why) {
      remarks.push(`a key could not sign: ${why}`);
    },
    get password() {
      return password.state;
    },
    get progress() {
      return progress;
    },
    tried() {
      const all = offered.size === 0 ? [] : [`keys: ${labels([...offered])}`];
      if (password.state !== 'unsent') all.push('password');
      return all.join('; ') || 'it takes nothing that there is to try';
    },
    remarks() {
      const methods =
        takes === null ? [] : [`the server takes: ${printable(takes.join(', '), 200) || 'nothing more'}`];
      return [...methods, ...remarks].join('; ');
    },
  };
}
