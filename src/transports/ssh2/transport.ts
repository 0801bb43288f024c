import { lookup as lookupAddress } from 'node:dns/promises';
import { failure } from '../../errors/failure.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ConnectFailure, ConnectOptions, Session, Transport } from '../transport.ts';
import { createSshAgent } from './agent.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { dial, type Lookup } from './dial.ts';
import { shakeHands } from './handshake.ts';
import { createHostKeyJudge } from './host-key.ts';
import { createKnownHostsFiles } from './known-hosts-files.ts';
import { createOfferSource } from './offers.ts';
import { createSession } from './session.ts';

/** The surroundings of the transport: what only the composition root knows. */
export interface Ssh2Options {
  /** SSH_AUTH_SOCK; null where there is no ssh-agent. */
  readonly agentSocket: string | null;
  /** All addresses of a host name; left out: getaddrinfo(3). */
  readonly lookup?: Lookup;
}

/**
 * Reaches agents by the ssh2 package. Connections share only what is read once per run: keys, known_hosts and the
 * list of the ssh-agent's keys.
 */
export function createSsh2Transport(options: Ssh2Options): Transport {
  const agent = options.agentSocket === null ? null : createSshAgent(options.agentSocket);
  const source = createOfferSource(agent);
  const knownHostsFiles = createKnownHostsFiles();
  const lookup: Lookup = options.lookup ?? ((host) => lookupAddress(host, { all: true, order: 'verbatim' }));

  /** Null: the attempt has failed. */
  async function reach(attempt: Attempt, { password }: ConnectOptions): Promise<Session | null> {
    const { target } = attempt;
    const offers = await source.offers(target.ssh);
    if (!offers.ok) return unreadable(attempt, offers.error);
    const { keys, passedOver } = offers.value;
    if (keys.length === 0 && password === null) {
      return unreadable(
        attempt,
        passedOver.join('; ') || 'there is no key file, and no ssh-agent that holds one',
      );
    }
    const knownHosts = [...target.ssh.knownHosts, ...target.ssh.globalKnownHosts];
    const judge = createHostKeyJudge(target, await knownHostsFiles.rules(knownHosts));
    const socket = await dial(attempt, lookup);
    if (socket === null) return null;
    const client = await shakeHands(attempt, socket, {
      judge,
      means: {
        keys,
        agent,
        passedOver,
        password: password === null ? null : () => attempt.paused(password()),
      },
      addHostKey: (name, blob) => knownHostsFiles.add(knownHosts, name, blob),
    });
    return client === null ? null : createSession(target, client, socket);
  }

  return {
    prepare: async () => [],
    async connect(target, connectOptions): Promise<Result<Session, ConnectFailure>> {
      const attempt = startAttempt(target, connectOptions.signal);
      const reached = reach(attempt, connectOptions).catch((error: unknown) => broken(attempt, error));
      const session = await Promise.race([reached, attempt.failed.then(() => null)]);
      return session === null ? err(await attempt.failed) : ok(session);
    },
    async close() {
      agent?.close();
    },
  };
}

function unreadable(attempt: Attempt, reason: string): null {
  attempt.fail(failure('KEY_UNREADABLE', 'connect', { reason }));
  return null;
}

function broken(attempt: Attempt, error: unknown): null {
  const reason = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? error.stack : undefined;
  attempt.fail(failure('INTERNAL', 'connect', { reason }, detail));
  return null;
}
