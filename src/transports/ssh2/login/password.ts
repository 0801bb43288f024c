import type { Secret } from '../../../domain/secret.ts';

/** A question of a server; `echo`: its answer is no secret (RFC 4256, 3.2). */
export interface Prompt {
  readonly prompt: string;
  readonly echo: boolean;
}

/** The password's one turn in a login. */
export interface PasswordTurn {
  /** What came of it: `sent` while there is no answer. */
  readonly state: 'unsent' | 'sent' | 'refused' | 'taken';
  /** False once it has been asked for, or where there is none. */
  readonly isLeft: boolean;
  /** Asks for it and takes it as sent; null: there is none after all. */
  reveal(): Promise<string | null>;
  /** The answer to a server's questions: the password to a single hidden one; null: there is none. */
  answer(prompts: readonly Prompt[]): Promise<string | null>;
  /** The server has answered an attempt; `liked`: it wants more than the password. */
  judged(liked: boolean): void;
}

/** `ask` gives the password, or null; `mayGo` is false once the login is over. */
export function createPasswordTurn(
  ask: (() => Promise<Secret | null>) | null,
  mayGo: () => Promise<boolean>,
): PasswordTurn {
  let state: PasswordTurn['state'] = 'unsent';
  let isLeft = ask !== null;

  async function reveal(): Promise<string | null> {
    if (!isLeft || ask === null) return null;
    isLeft = false;
    const secret = await ask();
    if (secret === null || !(await mayGo())) return null;
    state = 'sent';
    return secret.reveal();
  }
  return {
    get state() {
      return state;
    },
    get isLeft() {
      return isLeft;
    },
    reveal,
    async answer([prompt, more]) {
      // A second question is the first one again after a wrong password, or a second factor: there is no answer.
      if (state === 'sent') state = 'refused';
      return prompt !== undefined && more === undefined && !prompt.echo ? reveal() : null;
    },
    judged(liked) {
      if (state === 'sent') state = liked ? 'taken' : 'refused';
    },
  };
}
