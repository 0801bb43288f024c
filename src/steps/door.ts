import { asRecord, parseJson } from '../credential/json.ts';
import { registryHost } from '../credential/registry-key.ts';
import { Secret } from '../domain/secret.ts';
import { type Asker, ask } from './ask.ts';
import { type CurlRequest, isLoopback } from './curl-config.ts';
import type { Challenge, HttpAnswer } from './http-answer.ts';
import type { LoginAttempt, LoginVerdict } from './verdict.ts';

/** What is shown at a registry's door, and what is asked for behind it. */
export interface Caller extends Asker {
  /** Null for nobody in particular. */
  readonly user: { readonly username: string; readonly password: Secret } | null;
  /** An identity token, shown in place of the password. */
  readonly identity?: Secret;
  /** Null: only whether the door opens. */
  readonly image: { readonly repository: string; readonly reference: string } | null;
  readonly proven: () => LoginVerdict;
  /** What a 404 for the image means. */
  readonly notFound?: (said: Uint8Array) => LoginVerdict;
}

/** What pulls take (distribution spec and OCI image spec): one image, or a list of them by platform. */
const MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/json',
] as const;

/**
 * Asks a registry by the agent's curl, as docker itself does it (distribution spec, token authentication): asks /v2/
 * without the credential which way in it offers, then goes that way. The credential goes to the registry, and over
 * HTTPS to the token server that the registry names; to nobody else.
 */
export function knock(caller: Caller, protocol: 'https:' | 'http:' = 'https:'): LoginAttempt {
  const url = new URL(`${protocol}//${registryHost(caller.registry)}/v2/`);
  return ask(
    caller,
    { url, insecure: isLoopback(url) },
    {
      answered: (http) => chooseWay(caller, url, http),
      // Docker speaks plain HTTP to loopback registries, once HTTPS has failed, and so do we.
      unanswered: () => (protocol === 'https:' && isLoopback(url) ? knock(caller, 'http:') : null),
    },
  );
}

function chooseWay(caller: Caller, url: URL, http: HttpAnswer): LoginVerdict {
  const { verdicts } = caller;
  const bearer = http.challenges.find(({ scheme }) => scheme === 'bearer');
  const basic = http.challenges.some(({ scheme }) => scheme === 'basic');
  if (http.status === 401 && bearer !== undefined) return askForToken(caller, url, bearer);
  // An open door: it may still know who may not come in, so the credential is shown all the same, as docker does.
  if (caller.identity === undefined && (http.status === 200 || (http.status === 401 && basic)))
    return goIn(caller, url, caller.user === null ? {} : { user: caller.user }, 'refused');
  if (http.status === 429) return verdicts.rateLimited(said(http));
  if (http.status === 401) {
    return verdicts.failed(
      'CREDENTIAL_UNPROVEN',
      { reason: 'the registry names no way to log in that is known' },
      said(http),
    );
  }
  return verdicts.failed('REGISTRY_UNREACHABLE', {}, said(http));
}

function askForToken(caller: Caller, url: URL, { parameters }: Challenge): LoginVerdict {
  const { verdicts, identity, user, image } = caller;
  const realm = URL.canParse(parameters.get('realm') ?? '') ? new URL(parameters.get('realm') ?? '') : null;
  const safe =
    realm?.protocol === 'https:' || (realm?.protocol === 'http:' && isLoopback(realm) && isLoopback(url));
  if (realm === null || !safe || realm.username !== '' || realm.href.length > 4_096) {
    return verdicts.failed('CREDENTIAL_UNPROVEN', {
      reason: 'the registry names a token server that is not safe to ask',
    });
  }
  const scope = image === null ? parameters.get('scope') : `repository:${image.repository}:pull`;
  const insecure = isLoopback(realm);
  if (identity !== undefined) {
    const service = parameters.get('service') ?? url.host;
    const form = { grant_type: 'refresh_token', service, client_id: 'docker', refresh_token: identity };
    const asked = image === null || scope === undefined ? form : { ...form, scope };
    return exchange(caller, url, { url: realm, insecure, form: asked });
  }
  const service = parameters.get('service');
  if (service !== undefined) realm.searchParams.set('service', service);
  if (scope !== undefined) realm.searchParams.set('scope', scope);
  if (user !== null) realm.searchParams.set('account', user.username);
  realm.searchParams.set('client_id', 'docker');
  realm.hash = '';
  return exchange(caller, url, { url: realm, insecure, ...(user === null ? {} : { user }) });
}

/** Asks the token server, and shows what it gives to the registry. */
function exchange(caller: Caller, url: URL, question: CurlRequest): LoginVerdict {
  return {
    kind: 'again',
    attempt: ask(caller, question, {
      answered: (http) =>
        http.status === 200 ? showToken(caller, url, http) : notLetIn(caller, http, 'refused'),
    }),
  };
}

/** Some token servers give anybody a token: only the registry says whether it is worth something. */
function showToken(caller: Caller, url: URL, { body }: HttpAnswer): LoginVerdict {
  const { token, access_token: other } = asRecord(parseJson(Buffer.from(body)));
  const bearer = [token, other].find(
    (text) => typeof text === 'string' && /^[\w.~+/=-]{1,20000}$/.test(text),
  );
  if (typeof bearer !== 'string') {
    return caller.verdicts.failed('CREDENTIAL_UNPROVEN', {
      reason: 'the token server answered without a usable token',
    });
  }
  return goIn(caller, url, { bearer: new Secret(bearer) }, 'denied');
}

/** `no` is what a 401 means there: the credential is wrong, or it is good for something else. */
function goIn(
  caller: Caller,
  door: URL,
  shown: Pick<CurlRequest, 'user' | 'bearer'>,
  no: 'refused' | 'denied',
): LoginVerdict {
  const { image } = caller;
  const url = image === null ? door : new URL(`${image.repository}/manifests/${image.reference}`, door);
  const more = image === null ? {} : { head: true, accept: MANIFESTS };
  const attempt = ask(
    caller,
    { url, insecure: isLoopback(url), ...more, ...shown },
    { answered: (http) => (http.status === 200 ? caller.proven() : notLetIn(caller, http, no)) },
  );
  return { kind: 'again', attempt };
}

function notLetIn(
  { verdicts, image, notFound }: Caller,
  http: HttpAnswer,
  no: 'refused' | 'denied',
): LoginVerdict {
  if (http.status === 429) return verdicts.rateLimited(said(http));
  if (http.status === 404 && image !== null && notFound !== undefined) return notFound(said(http));
  if (http.status === 403 || (http.status === 401 && no === 'denied')) return verdicts.denied(said(http));
  if (http.status === 401) return verdicts.refused(said(http));
  if (http.status >= 500) return verdicts.failed('REGISTRY_UNREACHABLE', {}, said(http));
  return verdicts.suspect(
    'the registry answered the login in an unknown way, which may be a refusal',
    said(http),
  );
}

const said = ({ words }: HttpAnswer) => Buffer.from(words);
