import { failure as failureOf } from '../../errors/failure.ts';
import type { Result } from '../../lib/result.ts';
import type { Attempt } from './connection/attempt.ts';
import { type Connection, openConnection } from './connection/connection.ts';
import type { Link } from './connection/link.ts';
import { explainEnd, explainLimit, type Progress } from './ending.ts';
import type { HostKeyJudge, HostKeyVerdict } from './host-keys/host-key.ts';
import { type Ahead, createAhead } from './login/ahead.ts';
import { createLogin, type LoginMeans } from './login/login.ts';
import { createUserAuth } from './login/user-auth.ts';

/** What a handshake needs besides the link. */
export interface HandshakeParts {
  readonly judge: HostKeyJudge;
  readonly means: Omit<LoginMeans, 'ready'>;
  /** Adds a host key that has proven itself; nothing is sent to log in before it has settled. Never rejects. */
  readonly addHostKey: (name: string, blob: Uint8Array) => Promise<Result<void, string>>;
  /** The command line that will be run first; null: none is known. */
  readonly ahead: string | null;
}

/** A connection that is logged in, and what has been sent along. */
export interface LoggedIn {
  readonly connection: Connection;
  readonly ahead: Ahead;
}

/**
 * From a link to a login. Null: the attempt has failed. The attempt's failure destroys the connection; nothing that
 * the server does can throw from here.
 */
export function shakeHands(attempt: Attempt, link: Link, parts: HandshakeParts): Promise<LoggedIn | null> {
  const { target } = attempt;
  const { promise, resolve } = Promise.withResolvers<LoggedIn | null>();
  let presented: Buffer | null = null;
  let verdict: HostKeyVerdict | null = null;
  let recorded: Promise<void> | null = null;
  let agreed = false;

  async function ready(): Promise<boolean> {
    if (recorded !== null) await recorded;
    return !attempt.over;
  }
  const login = createLogin({ ...parts.means, ready });
  const progress = (): Progress => ({
    target,
    greeting: connection.greeting,
    agreed,
    login,
    trouble: connection.trouble,
  });
  function fail(): void {
    const { failure, passwordRefused } =
      verdict?.kind === 'refused'
        ? { failure: verdict.failure, passwordRefused: false }
        : explainEnd(progress());
    attempt.fail(failure, passwordRefused);
  }

  /** Judges the key before it has proven itself; at a later key exchange it must be the same one. */
  function judge(key: Buffer): boolean {
    if (presented !== null) return presented.equals(key);
    presented = Buffer.from(key);
    verdict = parts.judge.judge(key);
    return verdict.kind !== 'refused';
  }
  async function record({ name, unrecorded }: HostKeyVerdict & { kind: 'add' }, key: Buffer): Promise<void> {
    const added = await parts.addHostKey(name, key);
    if (!added.ok) attempt.fail(unrecorded(added.error));
  }

  attempt.explain(() => explainLimit(progress()));
  const connection = openConnection(link, parts.judge.algorithms, {
    judge,
    agreed() {
      if (presented === null) {
        // Nothing may be sent to a server that has shown no key; ssh2 sees to that, and is not relied on.
        return attempt.fail(failureOf('INTERNAL', 'connect', { reason: 'no host key was judged' }));
      }
      agreed = true;
      if (verdict?.kind === 'add') recorded = record(verdict, presented);
      void auth.begin();
    },
    login: (payload) => (agreed ? auth.receive(payload) : 'a message of the login comes too early'),
  });
  const ahead = createAhead(connection, parts.ahead);
  const auth = createUserAuth(connection, {
    user: target.ssh.user,
    login,
    ahead,
    ready,
    giveUp: fail,
    done() {
      if (attempt.over) return;
      attempt.succeed();
      connection.watch(target.ssh.keepAliveMs);
      resolve({ connection, ahead });
    },
  });
  connection.onEnd(fail);
  attempt.onFailure(() => {
    connection.destroy();
    resolve(null);
  });
  return promise;
}
