import type { LookupAddress } from 'node:dns';
import { isIP, Socket } from 'node:net';
import { type Failure, failure } from '../../errors/failure.ts';
import { formatDuration } from '../../lib/duration.ts';
import { timedOut } from '../given-up.ts';
import { errorCode } from '../system-error.ts';
import type { Attempt } from './connection/attempt.ts';

/** Resolves a host name to all its addresses, as getaddrinfo(3) orders them. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** What was wrong at an address. */
interface Miss {
  readonly address: string;
  readonly code: string;
}

/**
 * An address that has not answered after so long gets company by the next one: a dead one then costs little. Long
 * enough for one that is only far away, as sshd counts connections that come to nothing (PerSourcePenalties).
 */
const HEAD_START_MS = 1_000;

/** Finds the addresses of the attempt's host and connects to one that answers. Null: the attempt has failed. */
export async function dial(attempt: Attempt, lookup: Lookup): Promise<Socket | null> {
  const addresses = await resolve(attempt, lookup);
  if (addresses === null || attempt.over) return null;
  const misses: Miss[] = [];
  const named = () => misses.map(({ address, code }) => `; ${address}: ${code}`).join('');
  attempt.restart(() => timedOut(attempt.target, `the connection was not accepted${named()}`));
  const socket = await connectToOne(attempt, addresses, misses);
  if (attempt.over) {
    socket?.destroy();
    return null;
  }
  if (socket === null) attempt.fail(explain(attempt, misses));
  return socket;
}

async function resolve(attempt: Attempt, lookup: Lookup): Promise<readonly string[] | null> {
  const { address: host, connectTimeoutMs } = attempt.target.ssh;
  if (isIP(host) !== 0) return [host];
  const unresolved = (detail: string): Failure => failure('HOST_UNRESOLVED', 'connect', { host }, detail);
  attempt.restart(() => unresolved(`no answer within ${formatDuration(connectTimeoutMs)}`));
  // A lookup cannot be cancelled: after a failure it is left to end by itself.
  const found = lookup(host).catch(errorCode);
  const addresses = await Promise.race([found, attempt.failed.then(() => null)]);
  if (addresses === null) return null;
  if (typeof addresses !== 'string' && addresses.length > 0) {
    return [...new Set(addresses.map(({ address }) => address))];
  }
  // EAI_AGAIN is the only answer that a moment may change (getaddrinfo(3)).
  const retryable = addresses === 'EAI_AGAIN';
  const answer = typeof addresses === 'string' ? addresses : 'it has no address';
  attempt.fail({ ...unresolved(answer), retryable });
  return null;
}

/** The first socket that is connected; null where none can be, with all that was wrong in `misses`. */
function connectToOne(
  attempt: Attempt,
  addresses: readonly string[],
  misses: Miss[],
): Promise<Socket | null> {
  const { promise, resolve: settle } = Promise.withResolvers<Socket | null>();
  const sockets = new Set<Socket>();
  let position = 0;
  let timer: NodeJS.Timeout | undefined;

  function end(chosen: Socket | null): void {
    clearTimeout(timer);
    position = addresses.length;
    for (const socket of sockets) if (socket !== chosen) socket.destroy();
    sockets.clear();
    settle(chosen);
  }
  function startNext(): void {
    clearTimeout(timer);
    const host = addresses[position];
    if (host === undefined) return;
    position += 1;
    const socket = new Socket();
    sockets.add(socket);
    // Stays for the socket's life: an error after the first must not be an uncaught one.
    socket.on('error', (error) => {
      if (!sockets.delete(socket)) return;
      misses.push({ address: host, code: errorCode(error) });
      if (sockets.size === 0 && position === addresses.length) end(null);
      else startNext();
    });
    socket.once('connect', () => end(socket));
    socket.setNoDelay(true);
    socket.connect({ host, port: attempt.target.port });
    timer = setTimeout(startNext, HEAD_START_MS);
  }
  attempt.onFailure(() => end(null));
  if (!attempt.over) startNext();
  return promise;
}

const UNREACHABLE = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'];

/** One failure for all addresses: a refusal tells the most, then silence, then a reset. */
function explain({ target }: Attempt, misses: readonly Miss[]): Failure {
  const { host, port } = target;
  const detail = misses.map(({ address, code }) => `${address}: ${code}`).join('; ');
  const some = (...codes: string[]) => misses.find(({ code }) => codes.includes(code));
  if (some('ECONNREFUSED')) return failure('CONNECTION_REFUSED', 'connect', { host, port }, detail);
  if (some(...UNREACHABLE)) return timedOut(target, detail);
  if (some('ECONNRESET')) return failure('CONNECTION_LOST', 'connect', { host }, detail);
  const full = some('EMFILE', 'ENFILE');
  const reason = full
    ? `this machine has no file descriptors left (${full.code}); raise the limit with ulimit -n, or lower --concurrency`
    : `this machine cannot connect to ${host} (${misses[0]?.code ?? 'no address'})`;
  return failure('INTERNAL', 'connect', { reason }, detail);
}
