import { registryHost } from '../credential/registry-key.ts';
import type { AgentContext } from '../credential/speech.ts';
import type { Answer } from '../remote/answer.ts';
import { type CurlRequest, curlConfig, REQUEST_SECONDS } from './curl-config.ts';
import { nonsense, readEnded } from './fields.ts';
import { type HttpAnswer, readHttp } from './http-answer.ts';
import type { LoginAttempt, LoginVerdict, Verdicts } from './verdict.ts';

/** Hears what came of a question. */
export interface Listener {
  /** There was a response, of any status. */
  answered(http: HttpAnswer): LoginVerdict;
  /** What to ask instead where there was no answer. */
  unanswered?(): LoginAttempt | null;
}

/** Who asks, of which registry, and in which words trouble is told. */
export interface Asker {
  /** The registry's name. */
  readonly registry: string;
  readonly ctx: AgentContext;
  readonly verdicts: Verdicts;
  /** By no proxy: Docker's daemon knows nothing of those of a login, and a deploy would go another way than the proof. */
  readonly direct: boolean;
}

/** One question to a registry or its token server by the agent's curl; trouble on the way there becomes a verdict. */
export function ask(asker: Asker, question: CurlRequest, listener: Listener): LoginAttempt {
  const registry = registryHost(asker.registry);
  return {
    verb: {
      verb: 'ask',
      seconds: REQUEST_SECONDS + 5,
      config: curlConfig({ ...question, direct: asker.direct }),
      registry,
    },
    interpret: (answer) => interpretAsk(answer, asker, listener),
  };
}

function interpretAsk(answer: Answer, { ctx, verdicts }: Asker, listener: Listener): LoginVerdict {
  const output = answer.texts.get('output') ?? new Uint8Array();
  const ended = readEnded(answer);
  if (answer.verb !== 'ask' || ended === null) {
    return { kind: 'failed', failure: nonsense(ctx, verdicts.step, 'it did not say how curl ended') };
  }
  const http = readHttp(output);
  if (!ended.timedOut && ended.code === 0 && http !== null) return listener.answered(http);
  const instead = listener.unanswered?.() ?? null;
  if (instead !== null) return { kind: 'again', attempt: instead };
  // curl's own words alone: what it got before may be a token.
  const words = Buffer.from(/^curl: .*$/m.exec(Buffer.from(output).toString('utf8'))?.[0] ?? '');
  if (ended.timedOut) return verdicts.failed('REGISTRY_UNREACHABLE', {}, words);
  if (TLS_CODES.has(ended.code)) return verdicts.failed('REGISTRY_TLS', {}, words);
  if (ended.code === 0 || UNREACHABLE_CODES.has(ended.code))
    return verdicts.failed('REGISTRY_UNREACHABLE', {}, words);
  return verdicts.failed(
    'CREDENTIAL_UNPROVEN',
    { reason: `curl failed with exit code ${ended.code}` },
    words,
  );
}

/** curl(1), EXIT CODES. */
const TLS_CODES = new Set([35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91]);
const UNREACHABLE_CODES = new Set([5, 6, 7, 8, 16, 18, 28, 52, 55, 56, 61, 63, 92, 95, 96, 97]);
