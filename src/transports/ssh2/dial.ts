import type { LookupAddress } from 'node:dns';
import { isIP, Socket } from 'node:net';
import { type Failure, failure } from '../../errors/failure.ts';
import { formatDuration } from '../../lib/duration.ts';
import { type Attempt, timedOut } from './attempt.ts';
import { errorCode } from './system-error.ts';

/** Resolves a host name to all its addresses, as getaddrinfo(3) orders them. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** Finds the addresses of the attempt's host and connects to the first that answers. Null: the attempt has failed. */
export async function dial(attempt: Attempt, lookup: Lookup): Promise<Socket | null> {
  const addresses = await resolve(attempt, lookup);
  if (addresses === null || attempt.over) return null;
  attempt.restart(() => timedOut(attempt.target, 'the connection was not accepted'));
  const errors: { readonly address: string; readonly code: string }[] = [];
  for (const [index, address] of addresses.entries()) {
    // An address that drops packets must leave time for those after it.
    const opened = await open(attempt, address, attempt.remaining() / (addresses.length - index));
    if (attempt.over) return null;
    if (opened instanceof Socket) return opened;
    errors.push({ address, code: opened });
  }
  attempt.fail(explain(attempt, errors));
  return null;
}

async function resolve(attempt: Attempt, lookup: Lookup): Promise<readonly string[] | null> {
  const { host } = attempt.target;
  if (isIP(host) !== 0) return [host];
  const unresolved = (detail: string): Failure => failure('HOST_UNRESOLVED', 'connect', { host }, detail);
  attempt.restart(() =>
    unresolved(`no answer within ${formatDuration(attempt.target.ssh.connectTimeoutMs)}`),
  );
  // A lookup cannot be cancelled: after a failure it is left to end by itself.
  const found = lookup(host).catch(errorCode);
  const addresses = await Promise.race([found, attempt.failed.then(() => null)]);
  if (addresses === null) return null;
  if (typeof addresses !== 'string' && addresses.length > 0) {
    return [...new Set(addresses.map(({ address }) => address))];
  }
  attempt.fail(unresolved(typeof addresses === 'string' ? addresses : 'it has no address'));
  return null;
}

/** The socket, or the code of what was wrong. */
function open(attempt: Attempt, host: string, ms: number): Promise<Socket | string> {
  return new Promise((settle) => {
    const socket = new Socket();
    const timer = setTimeout(() => end('ETIMEDOUT'), ms);
    const onError = (error: Error) => end(errorCode(error));
    function end(result: Socket | string): void {
      clearTimeout(timer);
      if (typeof result === 'string') socket.destroy();
      settle(result);
    }
    // Stays for the socket's life: an error after the first must not be an uncaught one.
    socket.on('error', onError);
    socket.once('connect', () => end(socket));
    // For the rest of the attempt, connected or not: its failure ends the socket.
    attempt.onFailure(() => end('ECANCELED'));
    socket.setNoDelay(true);
    writeOncePerTurn(socket);
    socket.connect({ host, port: attempt.target.port });
  });
}

/** ssh2 writes each packet in three parts: what is written in one go leaves as one segment. */
function writeOncePerTurn(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      queueMicrotask(() => socket.uncork());
    }
    return write(...args);
  };
}

const UNREACHABLE = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'];

/** One failure for all addresses: a refusal tells the most, then silence, then a reset. */
function explain(
  { target }: Attempt,
  errors: readonly { readonly address: string; readonly code: string }[],
): Failure {
  const { host, port } = target;
  const detail = errors.map(({ address, code }) => `${address}: ${code}`).join('; ');
  const some = (...codes: string[]) => errors.find(({ code }) => codes.includes(code));
  if (some('ECONNREFUSED')) return failure('CONNECTION_REFUSED', 'connect', { host, port }, detail);
  if (some(...UNREACHABLE)) return timedOut(target, detail);
  if (some('ECONNRESET')) return failure('CONNECTION_LOST', 'connect', { host }, detail);
  const full = some('EMFILE', 'ENFILE');
  const reason = full
    ? `this machine has no file descriptors left (${full.code}); raise the limit with ulimit -n, or lower --concurrency`
    : `this machine cannot connect to ${host} (${errors[0]?.code ?? 'no address'})`;
  return failure('INTERNAL', 'connect', { reason }, detail);
}
