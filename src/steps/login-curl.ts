import { passwordEntry } from '../credential/entry.ts';
import { asRecord, parseJson } from '../credential/json.ts';
import { registryHost } from '../credential/registry-key.ts';
import { Secret } from '../domain/secret.ts';
import { ask } from './ask.ts';
import { type CurlRequest, isLoopback } from './curl-config.ts';
import type { Challenge, HttpAnswer } from './http-answer.ts';
import { type Credential, createVerdicts, type LoginAttempt, type LoginVerdict } from './verdict.ts';

/**
 * Proves a credential without docker, as docker itself does it (distribution spec, token authentication): asks
 * /v2/ without the credential which way in it offers, then goes that way. The credential goes to the registry, and
 * over HTTPS to the token server that the registry names; to nobody else.
 */
export function curlAttempt(credential: Credential): LoginAttempt {
  return firstQuestion(credential, 'https:');
}

/**
 * Proves an identity token that was handed out before, in the same way: it is exchanged for an access token
 * (distribution spec, OAuth2: grant_type=refresh_token), which the registry must take.
 */
export function identityAttempt(credential: Credential, identity: Secret): LoginAttempt {
  return firstQuestion({ ...credential, identity }, 'https:');
}

interface Shown extends Credential {
  /** Shown in place of the password. */
  readonly identity?: Secret;
}

function firstQuestion(credential: Shown, protocol: 'https:' | 'http:'): LoginAttempt {
  const url = new URL(`${protocol}//${registryHost(credential.registry.name)}/v2/`);
  return ask(
    credential,
    { url, insecure: isLoopback(url) },
    {
      answered: (http) => chooseWay(credential, url, http),
      // Docker speaks plain HTTP to loopback registries, once HTTPS has failed, and so do we.
      unanswered: () =>
        protocol === 'https:' && isLoopback(url) ? firstQuestion(credential, 'http:') : null,
    },
  );
}

function chooseWay(credential: Shown, url: URL, http: HttpAnswer): LoginVerdict {
  const verdicts = createVerdicts(credential);
  const bearer = http.challenges.find(({ scheme }) => scheme === 'bearer');
  const basic = http.challenges.some(({ scheme }) => scheme === 'basic');
  if (http.status === 401 && bearer !== undefined) return askForToken(credential, url, bearer);
  // An open door: it may still know who may not come in, so the credential is shown all the same, as docker does.
  if (credential.identity === undefined && (http.status === 200 || (http.status === 401 && basic)))
    return { kind: 'again', attempt: showPassword(credential, url) };
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

function showPassword(credential: Credential, url: URL): LoginAttempt {
  return ask(
    credential,
    { url, insecure: isLoopback(url), user: userOf(credential) },
    {
      answered: (http) => (http.status === 200 ? proven(credential) : notLetIn(credential, http)),
    },
  );
}

function askForToken(credential: Shown, url: URL, { parameters }: Challenge): LoginVerdict {
  const verdicts = createVerdicts(credential);
  const realm = URL.canParse(parameters.get('realm') ?? '') ? new URL(parameters.get('realm') ?? '') : null;
  const safe =
    realm?.protocol === 'https:' || (realm?.protocol === 'http:' && isLoopback(realm) && isLoopback(url));
  if (realm === null || !safe || realm.username !== '' || realm.href.length > 4_096) {
    return verdicts.failed('CREDENTIAL_UNPROVEN', {
      reason: 'the registry names a token server that is not safe to ask',
    });
  }
  const { identity } = credential;
  if (identity !== undefined) {
    const service = parameters.get('service') ?? url.host;
    const form = { grant_type: 'refresh_token', service, client_id: 'docker', refresh_token: identity };
    return exchange(credential, url, { url: realm, insecure: isLoopback(realm), form });
  }
  for (const name of ['service', 'scope']) {
    const value = parameters.get(name);
    if (value !== undefined) realm.searchParams.set(name, value);
  }
  realm.searchParams.set('account', credential.registry.username);
  realm.searchParams.set('client_id', 'docker');
  realm.hash = '';
  return exchange(credential, url, { url: realm, insecure: isLoopback(realm), user: userOf(credential) });
}

/** Asks the token server, and shows what it gives to the registry. */
function exchange(credential: Credential, url: URL, question: CurlRequest): LoginVerdict {
  return {
    kind: 'again',
    attempt: ask(credential, question, {
      answered: (http) =>
        http.status === 200 ? showToken(credential, url, http) : notLetIn(credential, http),
    }),
  };
}

/** Some token servers give anybody a token: only the registry says whether it is worth something. */
function showToken(credential: Credential, url: URL, { body }: HttpAnswer): LoginVerdict {
  const { token, access_token: other } = asRecord(parseJson(Buffer.from(body)));
  const bearer = [token, other].find(
    (text) => typeof text === 'string' && /^[\w.~+/=-]{1,20000}$/.test(text),
  );
  if (typeof bearer !== 'string') {
    const verdicts = createVerdicts(credential);
    return verdicts.failed('CREDENTIAL_UNPROVEN', {
      reason: 'the token server answered without a usable token',
    });
  }
  const attempt = ask(
    credential,
    { url, insecure: isLoopback(url), bearer: new Secret(bearer) },
    {
      answered: (http) => (http.status === 200 ? proven(credential) : notLetIn(credential, http)),
    },
  );
  return { kind: 'again', attempt };
}

function notLetIn(credential: Credential, http: HttpAnswer): LoginVerdict {
  const verdicts = createVerdicts(credential);
  if (http.status === 429) return verdicts.rateLimited(said(http));
  if (http.status === 401 || http.status === 403) return verdicts.refused(said(http));
  if (http.status >= 500) return verdicts.failed('REGISTRY_UNREACHABLE', {}, said(http));
  return verdicts.suspect(
    'the registry answered the login in an unknown way, which may be a refusal',
    said(http),
  );
}

function proven({ registry, secret }: Credential): LoginVerdict {
  return { kind: 'proven', entry: passwordEntry(registry.name, registry.username, secret) };
}

const said = ({ words }: HttpAnswer) => Buffer.from(words);
const userOf = ({ registry, secret }: Credential) => ({ username: registry.username, password: secret });
