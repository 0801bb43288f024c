import type { AgentContext } from '../credential/speech.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import type { Secret } from '../domain/secret.ts';
import type { RegistrySpec } from '../domain/target.ts';
import type { FailureCode } from '../errors/catalogue.ts';
import { type Failure, failure, type StepId } from '../errors/failure.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import { askedWaitMs } from './docker-words.ts';

/** A credential, and the agent that is to prove it. */
export interface Credential {
  readonly registry: RegistrySpec;
  readonly secret: Secret;
  readonly ctx: AgentContext;
}

/** One question of a login, and what its answer means. */
export interface LoginAttempt {
  readonly verb: Verb;
  interpret(answer: Answer): LoginVerdict;
}

/**
 * What came of a login. `refused`: the registry does not want this credential, or it cannot be excluded that it
 * does not: to be tried nowhere else. `failed`: the agent's own trouble, which says nothing about the credential;
 * `unanswered` where the registry may have seen the credential all the same, and its answer did not come; `taken` where
 * it took the credential, and lacks what it was asked for.
 * `again`: ask this next.
 */
export type LoginVerdict =
  | { readonly kind: 'proven'; readonly entry: ConfigEntry }
  | {
      readonly kind: 'refused';
      readonly failure: Failure;
      /** How, in a word of the catalogue. */
      readonly why?: string;
    }
  | { readonly kind: 'rate-limited'; readonly failure: Failure; readonly waitMs: number | null }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly unanswered?: boolean;
      readonly taken?: boolean;
    }
  | { readonly kind: 'again'; readonly attempt: LoginAttempt };

/** The verdicts of one login, in the words of the catalogue; `said` is what the agent said. */
export interface Verdicts {
  /** The step that this belongs to. */
  readonly step: StepId;
  refused(said?: Uint8Array): LoginVerdict;
  /** It knows the credential, but this is not for it. */
  denied(said?: Uint8Array): LoginVerdict;
  /** It failed in a way that may well be a refusal. */
  suspect(reason: string, said?: Uint8Array): LoginVerdict;
  rateLimited(said?: Uint8Array): LoginVerdict;
  failed(code: FailureCode, values?: Readonly<Record<string, string>>, said?: Uint8Array): LoginVerdict;
}

/** Verdicts about one credential on one agent. */
export function createVerdicts({ registry, ctx }: Omit<Credential, 'secret'>): Verdicts {
  const { name, username } = registry;
  const { target, say } = ctx;
  const build = (code: FailureCode, values: Readonly<Record<string, string>>, said: Uint8Array | undefined) =>
    failure(code, 'login', { registry: name, username, host: target.host, ...values }, say(said));
  return {
    step: 'login',
    refused: (said) => ({ kind: 'refused', failure: build('REGISTRY_AUTH_REJECTED', {}, said) }),
    denied: (said) => ({ kind: 'refused', failure: build('REGISTRY_AUTH_REJECTED', {}, said) }),
    suspect: (reason, said) => ({ kind: 'refused', failure: build('CREDENTIAL_UNPROVEN', { reason }, said) }),
    rateLimited: (said) => ({
      kind: 'rate-limited',
      failure: build('REGISTRY_RATE_LIMITED', {}, said),
      waitMs: askedWaitMs(Buffer.from(said ?? []).toString('utf8')),
    }),
    failed: (code, values = {}, said) => ({
      kind: 'failed',
      failure: build(code, values, said),
      unanswered: code === 'DOCKER_TIMED_OUT' || (code === 'REGISTRY_UNREACHABLE' && waitedInVain(said)),
    }),
  };
}

/** Docker's and curl's words for an answer that did not come; not for a connection that did not come about. */
function waitedInVain(said: Uint8Array | undefined): boolean {
  const text = Buffer.from(said ?? []).toString('utf8');
  const waited = /awaiting headers|deadline exceeded|time(d )?.?out|EOF|connection reset|Empty reply/i.test(
    text,
  );
  return waited && !/\bdial (tcp|udp)\b|TLS handshake|resolv|Connection timed out/i.test(text);
}
