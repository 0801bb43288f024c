import { userOf } from '../credential/entry.ts';
import { createRedactor } from '../credential/redact.ts';
import type { AgentContext } from '../credential/speech.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import type { ImageReference } from '../domain/image.ts';
import { Secret } from '../domain/secret.ts';
import { type Failure, failure } from '../errors/failure.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import type { Caller } from './behind-the-door.ts';
import { loginTrouble } from './docker-words.ts';
import { knock } from './door.ts';
import { nonsense, readEnded, readFlag } from './fields.ts';
import { type Asked, createPullVerdicts } from './pull-verdicts.ts';
import type { LoginAttempt, LoginVerdict } from './verdict.ts';

const UNPACK_SECONDS = 20;
/** The longest secret that is masked in what an agent says, in characters. */
const MASKABLE = 2_048;

/** Has the copy of the archive unpacked as Mesos' fetcher would. */
export function unpackVerb(): Verb {
  return { verb: 'unpack', seconds: UNPACK_SECONDS };
}

/** Null where it was unpacked; else ARCHIVE_INVALID, with what kept tar from it. */
export function interpretUnpack(answer: Answer, ctx: AgentContext): Failure | null {
  const ended = readEnded(answer);
  const config = readFlag(answer.fields.get('config'));
  if (answer.verb !== 'unpack' || ended === null || config === null)
    return nonsense(ctx, 'verify', 'it did not say how tar ended');
  if (ended.code === 0 && !ended.timedOut && config) return null;
  const how = ended.timedOut ? `in ${UNPACK_SECONDS} seconds` : `(exit code ${ended.code})`;
  const reason =
    ended.code === 0 && !ended.timedOut
      ? 'unpacked there, it has no .docker/config.json'
      : `the agent's own tar cannot unpack it ${how}`;
  const { host, archive } = ctx.target;
  return failure(
    'ARCHIVE_INVALID',
    'verify',
    { host, path: archive.path, reason },
    ctx.say(answer.texts.get('output')),
  );
}

/** What a registry is asked with, and how. */
export interface Asking {
  readonly asked: Asked;
  /** What the archive has for it; null for nothing: then docker asks without a credential, and so do we. */
  readonly entry: ConfigEntry | null;
  readonly curl: boolean;
  readonly ctx: AgentContext;
}

/**
 * Asks the registry by the agent's curl with the archive's own entry: no login, and nothing is stored. For an image
 * its manifest, else whether the credential is good. Not `docker manifest inspect`: for a wrong password that says "no
 * such manifest", as for an image that is not there (docker 20.10 and 28).
 */
export function entryAttempt(asking: Asking, image: ImageReference | null): LoginAttempt {
  const { asked, entry } = asking;
  const ctx = masking(asking);
  const verdicts = createPullVerdicts(asked, ctx);
  const user = entry === null || entry.identitytoken !== undefined ? null : userOf(entry.auth);
  const caller: Caller = {
    registry: asked.registry,
    ctx,
    verdicts,
    direct: true,
    user: user === null ? null : { username: user.username, password: new Secret(user.password) },
    ...(entry?.identitytoken === undefined ? {} : { identity: new Secret(entry.identitytoken) }),
    image,
    proven: () => ({ kind: 'proven', entry: entry ?? { key: asked.registry, auth: '' } }),
    notFound: verdicts.notFound,
  };
  if (asking.curl) return knock(caller);
  const reason = 'that takes curl, which is not there';
  const interpret = (): LoginVerdict => verdicts.failed('CREDENTIAL_UNPROVEN', { reason });
  // Asked for something that changes nothing, so that there is one way through for all.
  return { verb: unpackVerb(), interpret };
}

/** Pulls the image by docker, with the unpacked archive as its HOME, as Mesos does. */
export function pullAttempt(asking: Asking, image: ImageReference, seconds: number): LoginAttempt {
  const ctx = masking(asking);
  const verdicts = createPullVerdicts(asking.asked, ctx);
  const { registry } = asking.asked;
  return {
    verb: { verb: 'pull', seconds, image: image.written },
    interpret(answer) {
      const ended = readEnded(answer);
      if (answer.verb !== 'pull' || ended === null)
        return { kind: 'failed', failure: nonsense(ctx, 'verify', 'it did not say how the pull ended') };
      const said = answer.texts.get('output');
      if (ended.timedOut)
        return verdicts.failed('DOCKER_TIMED_OUT', { limit: `${seconds}s`, what: 'docker pull' }, said);
      if (ended.code === 0) return { kind: 'proven', entry: asking.entry ?? { key: registry, auth: '' } };
      return pullTrouble(Buffer.from(said ?? []).toString('utf8'), registry, verdicts, said);
    },
  };
}

function pullTrouble(
  text: string,
  registry: string,
  verdicts: ReturnType<typeof createPullVerdicts>,
  said: Uint8Array | undefined,
): LoginVerdict {
  // In docker's own words: "manifest for … not found: manifest unknown"; denied says "or may require docker login".
  if (/manifest unknown|manifest for \S+ not found|no such manifest|name unknown/i.test(text))
    return verdicts.notFound(said);
  if (/denied: |repository does not exist/i.test(text)) return verdicts.denied(said);
  switch (loginTrouble(text, registry)) {
    case 'rate-limited':
      return verdicts.rateLimited(said);
    case 'refused':
      return verdicts.refused(said);
    case 'tls':
      return verdicts.failed('REGISTRY_TLS', {}, said);
    case 'daemon':
      return verdicts.failed('DOCKER_DAEMON_DOWN', { reason: 'docker pull cannot use it' }, said);
    case 'unreachable':
      return verdicts.failed('REGISTRY_UNREACHABLE', {}, said);
    default:
      return { kind: 'failed', failure: verdicts.unknown(said) };
  }
}

/** What lies on an agent need not be the inventory's: it is masked too. */
function masking({ entry, ctx }: Asking): AgentContext {
  if (entry === null) return ctx;
  const user = userOf(entry.auth);
  const secrets = [
    ...(user === null || user.password === ''
      ? []
      : [{ secret: new Secret(user.password), username: user.username }]),
    ...(entry.identitytoken === undefined ? [] : [{ secret: new Secret(entry.identitytoken) }]),
  ];
  return {
    target: ctx.target,
    say(bytes) {
      if (bytes === undefined || bytes.length === 0) return '';
      // Masking takes the time of text and secret multiplied: of a huge secret nothing is quoted.
      if (secrets.some(({ secret }) => secret.reveal().length > MASKABLE)) return '';
      const text = Buffer.from(bytes.subarray(-4_096)).toString('utf8');
      return ctx.say(Buffer.from(createRedactor(secrets)(text)));
    },
  };
}
