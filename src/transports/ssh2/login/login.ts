import type { Secret } from '../../../domain/secret.ts';
import { printable } from '../../../lib/printable.ts';
import { labels, type Offer } from '../keys/offers.ts';
import { createPasswordTurn, type PasswordTurn, type Prompt } from './password.ts';

/** What a login has to work with. */
export interface LoginMeans {
  readonly keys: readonly Offer[];
  /** Gives the password when the server takes one; null from it: none. */
  readonly password: (() => Promise<Secret | null>) | null;
  /** Keys that are not offered, and why; for the operator. */
  readonly passedOver: readonly string[];
  /** Settles when something may be sent; false: the attempt is over. */
  readonly ready: () => Promise<boolean>;
}

/** What to try next. */
export type Move =
  /** Nothing: only to learn what the server takes. */
  | { readonly kind: 'none' }
  /** A key; `probe`: the server is to say first whether it would take it, as a signature has its price. */
  | { readonly kind: 'key'; readonly offer: Offer; readonly probe: boolean }
  | { readonly kind: 'password'; readonly text: string }
  | { readonly kind: 'keyboard' };

/** Logging in to one server: which method comes next, and what has been tried. */
export interface Login {
  /** What to try next; null: there is nothing left. */
  next(): Promise<Move | null>;
  /** Would there be something else to try, if the present move fails? */
  readonly isLast: boolean;
  /** The server has refused a move: which methods it still takes, and whether it liked this one. */
  onFailure(methods: readonly string[], partial: boolean): void;
  /** The answers to its questions; null: there are none, and nothing is left to try. */
  answer(prompts: readonly Prompt[]): Promise<readonly string[] | null>;
  /** The server wants a new password instead of taking this one: nothing is left to try. */
  onPasswordExpired(): void;
  /** A key could not sign: the next one has its turn. */
  onSigningFailed(why: string): void;
  /** The server has refused a key that it had judged. */
  readonly keyRefused: boolean;
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
 * without a key to offer, `none` is asked first.
 */
export function createLogin(means: LoginMeans): Login {
  const { keys } = means;
  const password = createPasswordTurn(means.password, means.ready);
  const offered = new Set<Offer>();
  const remarks: string[] = [...means.passedOver];
  let takes: readonly string[] | null = null;
  let position = 0;
  let isTryingKey = false;
  let keyRefused = false;
  let hasAnswered = false;
  let progress: Login['progress'] = 'nothing sent';

  /** A wrong key costs one of MaxAuthTries, asked about or signed with; a signature by an agent costs more. */
  const costs = ({ asksPerson, signer }: Offer) => asksPerson || (signer === 'agent' && keys.length > 1);

  async function choose(): Promise<Move | null> {
    const offer = keys[position];
    isTryingKey = offer !== undefined && (takes === null || takes.includes('publickey'));
    if (offer !== undefined && isTryingKey) {
      position += 1;
      offered.add(offer);
      return { kind: 'key', offer, probe: costs(offer) };
    }
    if (takes === null) return { kind: 'none' };
    if (takes.includes('password')) {
      const text = await password.reveal();
      if (text !== null) return { kind: 'password', text };
    }
    if (hasAnswered || !password.isLeft || !takes.includes('keyboard-interactive')) return null;
    hasAnswered = true;
    return { kind: 'keyboard' };
  }

  return {
    async next() {
      const move = await choose();
      progress = move === null ? 'exhausted' : 'trying';
      return move;
    },
    get isLast() {
      return position >= keys.length && !password.isLeft;
    },
    onFailure(methods, partial) {
      // A server that takes no keys yet (it wants the password first) has not judged this one: it has another turn.
      if (isTryingKey && !partial) {
        if (methods.includes('publickey')) keyRefused = true;
        else position = Math.max(0, position - 1);
      }
      password.judged(partial);
      takes = methods;
    },
    async answer(prompts) {
      // Some servers only have something to say, as PAM's last words.
      if (prompts.length === 0) return [];
      const text = await password.answer(prompts);
      if (text !== null) return [text];
      remarks.push('the server asked a question that has no answer here');
      progress = 'exhausted';
      return null;
    },
    onPasswordExpired() {
      password.judged(false);
      remarks.push('the server wants the password to be changed');
      progress = 'exhausted';
    },
    onSigningFailed(why) {
      remarks.push(`a key could not sign: ${why}`);
    },
    get keyRefused() {
      return keyRefused;
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
