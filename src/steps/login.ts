import { passwordEntry, readStoredEntry } from '../credential/entry.ts';
import { loginServer } from '../credential/registry-key.ts';
import { daemonTrouble } from '../domain/docker-daemon.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer } from '../remote/answer.ts';
import type { DockerFacts } from './docker.ts';
import { loginTrouble, tellingLines } from './docker-words.ts';
import { nonsense, readEnded } from './fields.ts';
import { curlAttempt } from './login-curl.ts';
import {
  type Credential,
  createVerdicts,
  type LoginAttempt,
  type LoginVerdict,
  type Verdicts,
} from './verdict.ts';

export type { LoginAttempt, LoginVerdict } from './verdict.ts';

/** docker gives up on a registry after 15 seconds a request; beyond this it is docker that hangs. */
const SECONDS = 60;

/** What a login needs to know. */
export interface LoginRequest extends Credential {
  readonly docker: DockerFacts;
}

/**
 * How this agent proves a credential: by `docker login --password-stdin`, or where its CLI lacks that, by its curl.
 * CREDENTIAL_UNPROVEN where it has neither.
 */
export function loginAttempt(request: LoginRequest): Result<LoginAttempt, Failure> {
  return request.docker.passwordStdin ? ok(dockerAttempt(request)) : olderAttempt(request);
}

function olderAttempt(request: LoginRequest): Result<LoginAttempt, Failure> {
  const { registry, docker, ctx } = request;
  if (docker.curl) return ok(curlAttempt(request));
  const reason = `Docker ${docker.version} has no --password-stdin, and there is no curl`;
  return err(
    failure('CREDENTIAL_UNPROVEN', 'login', { registry: registry.name, host: ctx.target.host, reason }),
  );
}

function dockerAttempt(request: LoginRequest): LoginAttempt {
  const { registry, secret } = request;
  const { name, username } = registry;
  const server = loginServer(name);
  return {
    verb: { verb: 'login', seconds: SECONDS, username, server, secret },
    interpret: (answer) => interpretLogin(answer, request),
  };
}

function interpretLogin(answer: Answer, request: LoginRequest): LoginVerdict {
  const { registry, secret, ctx } = request;
  const { name, username } = registry;
  const verdicts = createVerdicts(request);
  const output = answer.texts.get('output');
  const ended = readEnded(answer);
  if (answer.verb !== 'login' || ended === null) {
    return {
      kind: 'failed',
      failure: nonsense(ctx, 'login', 'it did not say how docker login ended', output),
    };
  }
  if (ended.timedOut) {
    return verdicts.failed('DOCKER_TIMED_OUT', { limit: `${SECONDS}s`, what: 'docker login' }, output);
  }
  if (ended.code !== 0) return unsuccessful(ended.code, output, request);

  const stored = readStoredEntry(answer.texts.get('stored') ?? new Uint8Array(), name, username);
  if (!stored.ok) return verdicts.failed('CREDENTIAL_NOT_STORED', { reason: stored.error });
  const sent = passwordEntry(name, username, secret);
  if (stored.value.identitytoken === undefined && stored.value.auth !== sent.auth) {
    return verdicts.failed('CREDENTIAL_NOT_STORED', {
      reason: 'the password in it is not the one that was sent',
    });
  }
  return { kind: 'proven', entry: stored.value };
}

function unsuccessful(code: number, output: Uint8Array | undefined, request: LoginRequest): LoginVerdict {
  const verdicts = createVerdicts(request);
  const text = Buffer.from(output ?? []).toString('utf8');
  const said = Buffer.from(tellingLines(text).join('\n') || text);
  switch (loginTrouble(text, request.registry.name)) {
    case 'rate-limited':
      return verdicts.rateLimited(said);
    case 'refused':
      return verdicts.refused(said);
    case 'tls':
      return verdicts.failed('REGISTRY_TLS', {}, said);
    case 'unreachable':
      return verdicts.failed('REGISTRY_UNREACHABLE', {}, said);
    case 'daemon':
      return verdicts.failed('DOCKER_DAEMON_DOWN', { reason: daemonTrouble(text) ?? 'it is down' }, said);
    case 'not-stored':
      return verdicts.failed('CREDENTIAL_NOT_STORED', { reason: 'docker could not save it' }, said);
    case 'no-password-stdin': {
      const older = olderAttempt(request);
      return older.ok ? { kind: 'again', attempt: older.value } : { kind: 'failed', failure: older.error };
    }
    case 'unknown':
      return unknownEnd(code, said, verdicts);
  }
}

/**
 * docker ends with 1 whatever a registry said. Words that are not known may be a refusal in the registry's own
 * words, and so count as one: a credential that may be wrong is tried nowhere else. Any other exit code is none of
 * docker login's (a crash, a signal, a shell that cannot start it).
 */
function unknownEnd(code: number, said: Uint8Array, verdicts: Verdicts): LoginVerdict {
  if (code === 126 || code === 127) {
    return verdicts.failed('DOCKER_MISSING', { reason: 'the docker command cannot be run' }, said);
  }
  if (code !== 1)
    return verdicts.failed('CREDENTIAL_UNPROVEN', { reason: `docker login crashed (${code})` }, said);
  return verdicts.suspect('docker login failed in an unknown way, which may be a refusal', said);
}
