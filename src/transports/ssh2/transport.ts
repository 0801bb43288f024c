import { lookup as lookupAddress } from 'node:dns/promises';
import type { Secret } from '../../domain/secret.ts';
import type { Hop } from '../../domain/target.ts';
import { failure } from '../../errors/failure.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ConnectFailure, ConnectOptions, Session, Transport } from '../transport.ts';
import { type Attempt, startAttempt } from './connection/attempt.ts';
import { type Link, socketLink } from './connection/link.ts';
import { dial, type Lookup } from './dial.ts';
import { type LoggedIn, shakeHands } from './handshake.ts';
import { createHostKeyJudge } from './host-keys/host-key.ts';
import { createKnownHostsFiles } from './host-keys/known-hosts-files.ts';
import { createJumps } from './jumps/jumps.ts';
import { passThrough } from './jumps/pass-through.ts';
import { createSshAgent } from './keys/agent.ts';
import { createOfferSource, type Offer } from './keys/offers.ts';
import { createSession } from './session.ts';

/** The surroundings of the transport: what only the composition root knows. */
export interface Ssh2Options {
  /** SSH_AUTH_SOCK; null where there is no ssh-agent. */
  readonly agentSocket: string | null;
  /** All addresses of a host name; left out: getaddrinfo(3). */
  readonly lookup?: Lookup;
  /** Asks for the passphrase of a key file; null from it: the operator gave up. Left out: nobody can be asked. */
  readonly askPassphrase?: ((path: string) => Promise<Secret | null>) | null;
}

/** What an attempt may do besides its target. */
type Reach = Pick<ConnectOptions, 'password' | 'ahead'>;

/**
 * Reaches agents by a client of our own on ssh2's protocol layer. Connections share what is read once per run: keys,
 * known_hosts and the list of the ssh-agent's keys; and the jump hosts on their way.
 */
export function createSsh2Transport(options: Ssh2Options): Transport {
  const agent = options.agentSocket === null ? null : createSshAgent(options.agentSocket);
  const source = createOfferSource(agent);
  const knownHostsFiles = createKnownHostsFiles();
  const lookup: Lookup = options.lookup ?? ((host) => lookupAddress(host, { all: true, order: 'verbatim' }));

  // No password ever goes to a jump host.
  const jumps = createJumps(async (hop, before, signal) => {
    const reached = await connectTo(hop, before, { password: null, ahead: null }, signal);
    return reached.ok ? ok(reached.value.connection) : err(reached.error.failure);
  });

  /** Null: the attempt has failed. */
  async function reach(
    attempt: Attempt,
    before: readonly Hop[],
    { password, ahead }: Reach,
  ): Promise<LoggedIn | null> {
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
    const judge = createHostKeyJudge(target, await knownHostsFiles.rules(target.ssh));
    const link = await openLink(attempt, before);
    if (link === null) return null;
    return shakeHands(attempt, link, {
      judge,
      means: {
        keys: keys.map((offer) => unhurried(attempt, offer)),
        passedOver,
        password: password === null ? null : () => attempt.paused(password()),
      },
      addHostKey: (name, blob) => knownHostsFiles.add(target.ssh, name, blob),
      ahead,
    });
  }
  async function openLink(attempt: Attempt, before: readonly Hop[]): Promise<Link | null> {
    if (attempt.over) return null;
    if (before.length > 0) return passThrough(attempt, before, jumps);
    const socket = await dial(attempt, lookup);
    return socket === null ? null : socketLink(socket);
  }
  async function connectTo(
    target: Hop,
    before: readonly Hop[],
    how: Reach,
    signal: AbortSignal,
  ): Promise<Result<LoggedIn, ConnectFailure>> {
    const attempt = startAttempt(target, signal);
    const reached = reach(attempt, before, how).catch((error: unknown) => broken(attempt, error));
    const it = await Promise.race([reached, attempt.failed.then(() => null)]);
    return it === null ? err(await attempt.failed) : ok(it);
  }

  return {
    prepare: (targets) => source.prepare(targets, options.askPassphrase ?? null),
    async connect(target, connectOptions): Promise<Result<Session, ConnectFailure>> {
      const reached = await connectTo(target, target.ssh.jumps, connectOptions, connectOptions.signal);
      return reached.ok ? ok(createSession(target, reached.value)) : reached;
    },
    async close() {
      await jumps.close();
      agent?.close();
    },
  };
}

/** The ssh-agent signs one after the other, and may ask a person: the clock stands still meanwhile. */
function unhurried(attempt: Attempt, offer: Offer): Offer {
  if (offer.signer === 'file') return offer;
  return { ...offer, sign: (data, algorithm) => attempt.paused(offer.sign(data, algorithm)) };
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
