import type { Secret } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type Got, get } from './get.ts';
import {
  badToken,
  insecure,
  interrupted,
  nonsense,
  redirected,
  tlsTrouble,
  unreachable,
} from './problems.ts';
import type { Trouble } from './trouble.ts';
import { trusted } from './trust.ts';

/** Who asks, and whom to trust. */
export interface Asking {
  readonly token: Secret | null;
  /** PEM certificates beside the system's; null for none. */
  readonly ca: string | null;
  readonly signal: AbortSignal;
  /** How long one request may take; only tests wait for less than ten seconds. */
  readonly timeoutMs?: number;
}

/** A response that is no redirect, and where it came from. */
export interface Followed extends Got {
  readonly at: URL;
}

const MOST = 5;
const LONGEST_MS = 10_000;

/**
 * A GET that follows redirects: a standby may send to the leader. The token goes to the host that the operator named
 * and to no other, and never in clear over a network.
 */
export async function follow(first: URL, asking: Asking): Promise<Result<Followed, Problem>> {
  const { token } = asking;
  // Node would throw for some of these, and a proxy could read a line break as another header.
  if (token !== null && !/^[\x21-\x7e]+$/.test(token.reveal())) return err(badToken());
  let at = first;
  for (let hops = 0; hops <= MOST; hops += 1) {
    if (token !== null && at.protocol === 'http:' && !isLoopback(at)) return err(insecure(at));
    const got = await getTrusting(at, asking);
    if (!got.ok) return err(problemOf(got.error, at));
    const { location } = got.value;
    if (location === null) return ok({ ...got.value, at });
    const next = URL.parse(location, at.href);
    if (next === null) return err(redirected(at, location, 'it leads nowhere'));
    const why = whyNot(at, next, token !== null);
    if (why !== null) return err(redirected(at, shown(next), why));
    at = next;
  }
  return err(redirected(first, shown(at), `there are more than ${MOST} redirects`));
}

/** This machine's own certificates are many and slow to read: only for a server that would not be trusted else. */
async function getTrusting(
  at: URL,
  { token, ca, signal, timeoutMs = LONGEST_MS }: Asking,
): Promise<Result<Got, Trouble>> {
  const ask = (system: boolean) =>
    get(at, {
      token: token?.reveal() ?? null,
      ca: at.protocol === 'https:' ? trusted(ca, system) : [],
      signal,
      timeoutMs,
    });
  const got = await ask(false);
  return got.ok || got.error.kind !== 'untrusted' ? got : ask(true);
}

function problemOf({ kind, words }: Trouble, at: URL): Problem {
  if (kind === 'interrupted') return interrupted();
  if (kind === 'nonsense') return nonsense(at, words);
  return kind === 'unreachable' ? unreachable(at, words) : tlsTrouble(at, words, kind === 'untrusted');
}

function whyNot(from: URL, to: URL, withToken: boolean): string | null {
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return 'it leads out of HTTP';
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'it leads from HTTPS to plain HTTP';
  if (to.username !== '' || to.password !== '') return 'it names a user';
  if (withToken && to.origin !== from.origin) return 'the token is not sent to another host';
  return null;
}

/** Without a user or a password, and without a query, which may be another's secret. */
function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
