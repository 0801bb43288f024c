import type { Secret } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type Got, get } from './get.ts';
import { insecure, interrupted, redirected, tlsTrouble, unreachable } from './problems.ts';

/** Who asks, and whom to trust. */
export interface Asking {
  readonly token: Secret | null;
  /** PEM certificates beside the system's; null for none. */
  readonly ca: string | null;
  readonly signal: AbortSignal;
}

/** A response that is no redirect, and where it came from. */
export interface Followed extends Got {
  readonly at: URL;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST = 5;

/**
 * A GET that follows redirects: a standby may send to the leader. The token goes to the host that the operator named
 * and to no other, and never in clear over a network.
 */
export async function follow(first: URL, { token, ca, signal }: Asking): Promise<Result<Followed, Problem>> {
  let at = first;
  for (let hops = 0; hops <= MOST; hops += 1) {
    if (token !== null && at.protocol === 'http:' && !isLoopback(at)) return err(insecure(at));
    const got = await get(at, { token: token?.reveal() ?? null, ca, signal });
    if (!got.ok) {
      const { kind, words } = got.error;
      if (kind === 'interrupted') return err(interrupted());
      return err(kind === 'tls' ? tlsTrouble(at, words) : unreachable(at, words));
    }
    if (!REDIRECTS.has(got.value.status)) return ok({ ...got.value, at });
    const told = got.value.location;
    const location = token === null ? told : told.replaceAll(token.reveal(), '[secret]');
    if (!URL.canParse(location, at.href)) return err(redirected(at, location, 'it leads nowhere'));
    const next = new URL(location, at);
    const why = whyNot(at, next, token !== null);
    if (why !== null) return err(redirected(at, next.origin + next.pathname, why));
    at = next;
  }
  return err(redirected(first, at.origin + at.pathname, `it goes on for more than ${MOST} times`));
}

function whyNot(from: URL, to: URL, withToken: boolean): string | null {
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return 'it leads out of HTTP';
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'it leads from HTTPS to plain HTTP';
  if (to.username !== '' || to.password !== '') return 'it names a user';
  if (withToken && to.origin !== from.origin) return 'the token is not sent to another host';
  return null;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
