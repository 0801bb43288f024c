import type { AgentContext } from '../credential/speech.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import { nonsense, readEnded, readFlag } from './fields.ts';

/** How long docker may take to say who it is. */
export const SECONDS = 20;

/** What an agent has to prove a credential with. */
export interface DockerFacts {
  /** As the CLI says it, e.g. `28.2.2` or `1.13.1`. The agent's word, but of harmless characters. */
  readonly version: string;
  /** Does `docker login` have `--password-stdin`? It came with 17.07. */
  readonly passwordStdin: boolean;
  readonly curl: boolean;
}

/** Asks which Docker CLI the agent has, and whether it has curl. */
export function dockerVerb(): Verb {
  return { verb: 'docker', seconds: SECONDS, asks: 'client' };
}

/** What the answer means: the facts, or why there is no Docker CLI to work with. */
export function interpretDocker(answer: Answer, ctx: AgentContext): Result<DockerFacts, Failure> {
  const { host } = ctx.target;
  const curl = readFlag(answer.fields.get('curl'));
  if (answer.verb !== 'docker' || curl === null)
    return err(nonsense(ctx, 'login', 'it did not say what it has'));
  const detail = ctx.say(answer.texts.get('output'));
  const missing = (reason: string, found = '') =>
    err(failure('DOCKER_MISSING', 'login', { host, reason, found }, detail));
  if (answer.texts.get('path') === undefined) return missing('no docker command was found');

  const ended = readEnded(answer);
  if (ended === null) return err(nonsense(ctx, 'login', 'it did not say how docker --version ended'));
  if (ended.timedOut) {
    return err(
      failure('DOCKER_TIMED_OUT', 'login', { host, limit: `${SECONDS}s`, what: 'docker --version' }, detail),
    );
  }
  const output = Buffer.from(answer.texts.get('output') ?? []).toString('utf8');
  const version = /^Docker version ([\w.+~-]{1,60})/im.exec(output)?.[1];
  if (version !== undefined) return ok({ version, passwordStdin: hasPasswordStdin(version), curl });
  if (/\bpodman\b/i.test(output)) return missing('what is called docker there is podman', 'podman');
  if (ended.code !== 0) return missing(`docker --version fails with exit code ${ended.code}`);
  return missing('what is called docker there does not answer as Docker does');
}

/** Versions without numbers are somebody's own build of a recent source; login finds out. */
function hasPasswordStdin(version: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)/.exec(version);
  if (numbers === null) return true;
  const [major, minor] = [Number(numbers[1]), Number(numbers[2])];
  return major > 17 || (major === 17 && minor >= 7);
}
