import type { AgentContext } from '../credential/speech.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { askedWaitMs } from './docker-words.ts';
import type { LoginVerdict, Verdicts } from './verdict.ts';

/** What a registry was asked for; `image` is empty where it was only asked whether the credential is good. */
export interface Asked {
  readonly registry: string;
  readonly image: string;
  readonly username: string;
}

/** Why a registry does not give what it was asked for: PULL_DENIED tells these apart, with a hint each. */
type Kind = 'unauthorized' | 'denied' | 'not-found' | 'unreachable' | 'tls' | 'unknown';

/** The verdicts of a proof with an archive's own bytes: one code, PULL_DENIED, whose words tell why. */
export function createPullVerdicts(
  { registry, image, username }: Asked,
  ctx: AgentContext,
): Verdicts & {
  readonly notFound: (said?: Uint8Array) => LoginVerdict;
  readonly unknown: (said?: Uint8Array) => Failure;
} {
  const { host } = ctx.target;
  const denied = (kind: Kind, reason: string, said: Uint8Array | undefined): Failure =>
    failure('PULL_DENIED', 'verify', { host, registry, image, kind, reason }, ctx.say(said));
  return {
    step: 'verify',
    refused: (said) => ({
      kind: 'refused',
      why: 'unauthorized',
      failure: denied('unauthorized', 'unauthorized: it does not take the credential in the archive', said),
    }),
    denied: (said) => ({
      kind: 'refused',
      why: 'denied',
      failure: denied('denied', 'denied: the credential is not allowed this', said),
    }),
    suspect: (reason, said) => ({
      kind: 'refused',
      why: 'unknown',
      failure: denied('unknown', reason, said),
    }),
    unknown: (said) => denied('unknown', 'it failed in words that are not known', said),
    notFound: (said) => ({
      kind: 'failed',
      taken: true,
      failure: denied('not-found', 'not found, or nothing that this credential may know of', said),
    }),
    rateLimited: (said) => ({
      kind: 'rate-limited',
      failure: failure('REGISTRY_RATE_LIMITED', 'verify', { registry, host, username }, ctx.say(said)),
      waitMs: askedWaitMs(Buffer.from(said ?? []).toString('utf8')),
    }),
    failed(code, values = {}, said) {
      if (code === 'REGISTRY_UNREACHABLE')
        return { kind: 'failed', failure: denied('unreachable', 'unreachable from this agent', said) };
      if (code === 'REGISTRY_TLS')
        return { kind: 'failed', failure: denied('tls', 'its TLS certificate is not trusted there', said) };
      const named = { registry, host, username, kind: 'check', ...values };
      return { kind: 'failed', failure: failure(code, 'verify', named, ctx.say(said)) };
    },
  };
}

/** The same entry was refused to another agent in this run: it is not tried here, so that no account is locked. */
/** How, and where, a credential was refused. */
interface First {
  readonly agent: string;
  readonly why: string;
}

export function refusedElsewhere(
  { registry, image }: Asked,
  first: First,
  { target }: AgentContext,
): Failure {
  return failure('PULL_DENIED', 'verify', {
    host: target.host,
    registry,
    image,
    kind: first.why,
    reason: `the same credential was ${first.why === 'denied' ? 'denied this' : 'refused'} on ${first.agent} in this run, so it is not tried here`,
  });
}
