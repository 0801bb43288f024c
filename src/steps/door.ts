import { asRecord, parseJson } from '../credential/json.ts';
import { registryHost } from '../credential/registry-key.ts';
import { Secret } from '../domain/secret.ts';
import { ask } from './ask.ts';
import { type Caller, goIn, notLetIn } from './behind-the-door.ts';
import { type CurlRequest, isLoopback } from './curl-config.ts';
import type { Challenge, HttpAnswer } from './http-answer.ts';
import type { LoginAttempt, LoginVerdict } from './verdict.ts';

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

const said = ({ words }: HttpAnswer) => Buffer.from(words);
