import { describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/domain/secret.ts';
import { ok } from '../../../../src/lib/result.ts';
import type { Offer } from '../../../../src/transports/ssh2/keys/offers.ts';
import { createLogin, type Login, type Move } from '../../../../src/transports/ssh2/login/login.ts';
import type { Prompt } from '../../../../src/transports/ssh2/login/password.ts';

function offer(label: string, more: Partial<Offer> = {}): Offer {
  return {
    keyType: 'ssh-ed25519',
    blob: Buffer.from(label),
    algorithms: ['ssh-ed25519'],
    signer: 'file',
    asksPerson: false,
    sign: async () => ok(Buffer.from('signature')),
    label,
    ...more,
  };
}
const KEYS = [offer('one'), offer('two')];

/** What a server says to an attempt: the methods it still takes; with `partial`, it has liked the last one. */
type Reply =
  | string
  | { readonly takes: string; readonly partial: true }
  | { readonly asks: readonly Prompt[]; readonly takes: string };

interface Course {
  /** What was tried, in order; the answers to questions in quotes. */
  readonly tried: string[];
  readonly login: Login;
  readonly gaveUp: boolean;
  readonly passwordAsked: number;
}

/** Logs in to a server that gives these replies, one after the other, until either side has had enough. */
async function course(
  keys: readonly Offer[],
  password: string | null | 'none left',
  replies: readonly Reply[],
): Promise<Course> {
  const tried: string[] = [];
  let gaveUp = false;
  let passwordAsked = 0;
  const login = createLogin({
    keys,
    passedOver: ['a file was passed over'],
    password:
      password === null
        ? null
        : async () => {
            passwordAsked += 1;
            return password === 'none left' ? null : new Secret(password);
          },
    ready: async () => !gaveUp,
  });
  const inWords = (move: Move): string => {
    if (move.kind === 'key') return `${move.offer.label}${move.probe ? '?' : ''}`;
    if (move.kind === 'password') return `password ${move.text}`;
    return move.kind === 'keyboard' ? 'keyboard-interactive' : 'none';
  };
  for (const reply of replies) {
    const move = await login.next();
    if (move === null) break;
    tried.push(inWords(move));
    if (typeof reply !== 'string' && 'asks' in reply && move.kind === 'keyboard') {
      const answers = await login.answer(reply.asks);
      gaveUp = answers === null;
      if (gaveUp) break;
      tried.push(JSON.stringify(answers));
    }
    const takes = typeof reply === 'string' ? reply : reply.takes;
    login.onFailure(
      takes.split(',').filter((it) => it !== ''),
      typeof reply !== 'string' && 'partial' in reply,
    );
  }
  const last = gaveUp ? null : await login.next();
  if (last !== null) tried.push(`and then ${inWords(last)}`);
  return { tried, login, gaveUp, passwordAsked };
}

const QUESTION: Prompt = { prompt: 'Password: ', echo: false };

describe('a login tries', () => {
  test.each<[string, Offer[], string | null, Reply[], string[]]>([
    ['each key once', KEYS, null, ['publickey', 'publickey', 'publickey'], ['one', 'two']],
    ['no key any more once the server takes none', KEYS, null, ['password'], ['one']],
    [
      'the password after the keys',
      KEYS,
      'pw',
      ['publickey,password', 'publickey,password', 'publickey,password'],
      ['one', 'two', 'password pw'],
    ],
    [
      'the password once, whatever the server says',
      [],
      'pw',
      ['password', 'password', 'password'],
      ['none', 'password pw'],
    ],
    ['no password with a server that takes none', KEYS, 'pw', ['publickey', 'publickey'], ['one', 'two']],
    [
      'the password as the answer to a question',
      [],
      'pw',
      ['keyboard-interactive', { asks: [QUESTION], takes: 'keyboard-interactive' }],
      ['none', 'keyboard-interactive', '["pw"]'],
    ],
    [
      'not both ways, as that were two logins',
      [],
      'pw',
      ['password,keyboard-interactive', 'keyboard-interactive', 'keyboard-interactive'],
      ['none', 'password pw'],
    ],
    [
      'the second factor after the first',
      KEYS,
      'pw',
      [{ takes: 'password', partial: true }, 'password'],
      ['one', 'password pw'],
    ],
    [
      'a key again that the server did not judge before the password',
      KEYS.slice(0, 1),
      'pw',
      ['password', { takes: 'publickey', partial: true }, 'publickey'],
      ['one', 'password pw', 'one'],
    ],
    [
      'nothing as the answer to no question',
      [],
      'pw',
      ['keyboard-interactive', { asks: [], takes: 'keyboard-interactive' }],
      ['none', 'keyboard-interactive', '[]'],
    ],
    [
      'a keyboard that asks nothing once',
      [],
      'pw',
      ['keyboard-interactive', 'keyboard-interactive', 'keyboard-interactive'],
      ['none', 'keyboard-interactive'],
    ],
  ])('%s', async (_, keys, password, replies, tried) => {
    const it = await course(keys, password, replies);
    expect(it.tried).toEqual(tried);
    expect(it.login.progress).toBe('exhausted');
    expect(it.passwordAsked).toBeLessThanOrEqual(1);
  });

  test.each<[string, readonly Prompt[]]>([
    ['two questions at once', [QUESTION, QUESTION]],
    ['a question whose answer shows', [{ prompt: 'Login: ', echo: true }]],
  ])('nothing more, and does not ask for the password, when it gets %s', async (_, asks) => {
    const it = await course([], 'pw', ['keyboard-interactive', { asks, takes: 'keyboard-interactive' }]);
    expect(it.tried).toEqual(['none', 'keyboard-interactive']);
    expect(it).toMatchObject({ gaveUp: true, passwordAsked: 0 });
    expect(it.login).toMatchObject({ password: 'unsent', progress: 'exhausted' });
    expect(it.login.remarks()).toContain('the server asked a question that has no answer here');
  });

  test.each<[string, Reply[]]>([
    ['by the method password', ['password']],
    ['by the keyboard', ['keyboard-interactive', { asks: [QUESTION], takes: 'keyboard-interactive' }]],
  ])('no password %s when there is none left to give', async (_, replies) => {
    const it = await course([], 'none left', replies);
    expect(it.tried.join()).not.toContain('"');
    expect(it.login).toMatchObject({ password: 'unsent', progress: 'exhausted' });
    expect(it.passwordAsked).toBe(1);
  });
});

describe('a key is asked about before it signs', () => {
  const agent = (label: string) => offer(label, { signer: 'agent' });
  test.each<[string, Offer[], string[]]>([
    ['not where it is the only one', [agent('a')], ['a']],
    ['not where it is a file', [offer('a'), offer('b')], ['a', 'b']],
    ['where the agent holds it, and there are others', [agent('a'), agent('b')], ['a?', 'b?']],
    ['where it needs a touch', [offer('a', { asksPerson: true })], ['a?']],
  ])('%s', async (_, keys, tried) => {
    expect((await course(keys, null, ['publickey', 'publickey'])).tried).toEqual(tried);
  });
});

test('a move is the last one when neither a key nor the password is left', async () => {
  const isLast = async (keys: readonly Offer[], password: boolean) => {
    const ask = async () => new Secret('pw');
    const means = { passedOver: [], password: password ? ask : null, ready: async () => true };
    const login = createLogin({ keys, ...means });
    await login.next();
    return login.isLast;
  };
  expect([await isLast(KEYS.slice(0, 1), false), await isLast(KEYS, false)]).toEqual([true, false]);
  expect(await isLast(KEYS.slice(0, 1), true)).toBe(false);
});

describe('what came of the password', () => {
  test.each<[string, Reply[], Login['password']]>([
    ['nothing, where the server takes none', ['publickey'], 'unsent'],
    ['it was refused', ['password', 'password'], 'refused'],
    ['it was taken, and the server wants more', ['password', { takes: 'publickey', partial: true }], 'taken'],
    [
      'it was refused by a second question',
      ['keyboard-interactive', { asks: [QUESTION], takes: 'keyboard-interactive' }],
      'refused',
    ],
  ])('%s', async (_, replies, password) => {
    expect((await course([], 'pw', replies)).login.password).toBe(password);
  });
  test('it has expired: that is a refusal', async () => {
    const { login } = await course([], 'pw', ['password']);
    login.onPasswordExpired();
    expect(login.password).toBe('refused');
    expect(login.remarks()).toContain('wants the password to be changed');
  });
});

test('what is said of a login names keys and methods, never the password', async () => {
  const { login } = await course(KEYS, 'sentinel', ['publickey,password\u001b', 'password', 'password']);
  expect(login.tried()).toBe('keys: one, two; password');
  expect(login.remarks()).toBe('the server takes: password; a file was passed over');
  const nothing = await course([], null, ['publickey,password\u001b']);
  expect(nothing.login.tried()).toBe('it takes nothing that there is to try');
  expect(nothing.login.remarks()).toContain('the server takes: publickey, password\\x1b');
});
