import { passwordEntry } from '../credential/entry.ts';
import type { Secret } from '../domain/secret.ts';
import type { Caller } from './behind-the-door.ts';
import { knock } from './door.ts';
import { type Credential, createVerdicts, type LoginAttempt } from './verdict.ts';

/** Proves a credential without docker, by the agent's curl. */
export function curlAttempt(credential: Credential): LoginAttempt {
  return knock(callerOf(credential));
}

/**
 * Proves an identity token that was handed out before, in the same way: it is exchanged for an access token
 * (distribution spec, OAuth2: grant_type=refresh_token), which the registry must take.
 */
export function identityAttempt(credential: Credential, identity: Secret): LoginAttempt {
  return knock({ ...callerOf(credential), identity });
}

function callerOf(credential: Credential): Caller {
  const { registry, secret, ctx } = credential;
  const { name, username } = registry;
  return {
    registry: name,
    ctx,
    verdicts: createVerdicts(credential),
    user: { username, password: secret },
    direct: false,
    image: null,
    proven: () => ({ kind: 'proven', entry: passwordEntry(name, username, secret) }),
  };
}
