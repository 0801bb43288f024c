import type { AgentContext } from '../credential/speech.ts';
import { daemonTrouble } from '../domain/docker-daemon.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import { SECONDS } from './docker.ts';
import { nonsense, readEnded, readFlag } from './fields.ts';

/** What an agent has to prove an archive with. */
export interface Means {
  readonly curl: boolean;
  /** What is wrong with its docker: that there is none, or that the daemon does not answer. Null for nothing. */
  readonly trouble: Failure | null;
}

/** Asks docker for its version and the daemon's, and whether there is curl. */
export function daemonVerb(): Verb {
  return { verb: 'docker', seconds: SECONDS, asks: 'daemon' };
}

/**
 * What the answer means. `docker version` prints a part for the client and one for the server, in every version, and
 * its exit code is not 0 where the daemon does not answer. An error is an answer that makes no sense.
 */
export function interpretMeans(answer: Answer, ctx: AgentContext): Result<Means, Failure> {
  const { host } = ctx.target;
  const curl = readFlag(answer.fields.get('curl'));
  if (answer.verb !== 'docker' || curl === null)
    return err(nonsense(ctx, 'install', 'it did not say what it has'));
  const output = answer.texts.get('output');
  const text = Buffer.from(output ?? []).toString('utf8');
  const trouble = (code: 'DOCKER_MISSING' | 'DOCKER_DAEMON_DOWN', reason: string, found = '') =>
    ok({ curl, trouble: failure(code, 'install', { host, reason, found }, ctx.say(output)) });
  if (answer.texts.get('path') === undefined) return trouble('DOCKER_MISSING', 'no docker command was found');

  const ended = readEnded(answer);
  if (ended === null) return err(nonsense(ctx, 'install', 'it did not say how docker version ended'));
  if (ended.timedOut) {
    const values = { host, limit: `${SECONDS}s`, what: 'docker version' };
    return ok({ curl, trouble: failure('DOCKER_TIMED_OUT', 'install', values, ctx.say(output)) });
  }
  if (/\bpodman\b/i.test(text))
    return trouble('DOCKER_MISSING', 'what is called docker there is podman', 'podman');
  const client = /^ *Client\b/m.test(text);
  const server = /^ *Server\b/m.test(text);
  if (ended.code === 0 && client && server) return ok({ curl, trouble: null });
  const daemon = daemonTrouble(text);
  if (daemon !== null) return trouble('DOCKER_DAEMON_DOWN', daemon);
  if (client) return trouble('DOCKER_DAEMON_DOWN', `docker version ends with exit code ${ended.code}`);
  if (ended.code !== 0) return trouble('DOCKER_MISSING', `docker version fails with exit code ${ended.code}`);
  return trouble('DOCKER_MISSING', 'what is called docker there does not answer as Docker does');
}
