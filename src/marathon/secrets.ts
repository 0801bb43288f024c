import { elements, isObject, type Json, type JsonObject, member, textOf } from './json.ts';
import type { Rule } from './rule.ts';

/**
 * Names of environment variables that say secret: CLUSTER_TOKEN, DB_PASSWORD, apiKey, DECRYPTION_KEY. A plain `_KEY`
 * does not (CACHE_KEY), nor does what only tells where a secret is (…_FILE, …_PATH, …_URL).
 */
const SECRET_NAME =
  /(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIALS?|(?:^|_)PASS|(?:API|ACCESS|SECRET|PRIVATE|ENCRYPTION|DECRYPTION|SIGNING|AUTH)_?KEY)$/i;

/** Variables of the environment that hold a secret which everybody can read who can read the app. */
export const secretInClear: Rule = ({ shape, shown }) => {
  const { app, way } = shape;
  const names = new Set(Object.keys(objectOf(member(app, 'secrets'))));
  return Object.entries(objectOf(member(app, 'env'))).flatMap(([name, value]) => {
    if (!isClearSecret(name, value)) return [];
    const secret = freeName(name, names);
    names.add(secret);
    return [
      {
        code: 'APP_SECRET_IN_CLEAR',
        way: [...way, 'env', name],
        message: `${shown(name)} is in the app in clear: whoever can read /v2/apps, the state of Mesos or this file can read it.`,
        hint: 'Store it as a secret and name that (DC/OS Enterprise; elsewhere let the image read it from a file). Keep the other variables, and change what has been in clear.',
        correction: {
          into: way,
          members: {
            env: { [name]: { secret } },
            secrets: { [secret]: { source: sourceOf(member(app, 'id'), secret) } },
          },
        },
      },
    ];
  });
};

function isClearSecret(name: string, value: Json): value is string {
  return typeof value === 'string' && value !== '' && SECRET_NAME.test(name);
}

function freeName(variable: string, taken: ReadonlySet<string>): string {
  const plain =
    variable
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(-60) || 'secret';
  for (let more = 1; ; more += 1) {
    const name = more === 1 ? plain : `${plain}-${more}`;
    if (!taken.has(name)) return name;
  }
}

function sourceOf(id: Json | undefined, secret: string): string {
  const folder = typeof id === 'string' && /^[\w./-]{1,200}$/.test(id) ? id.replace(/^\/+|\/+$/g, '') : 'app';
  return `${folder}/${secret}`;
}

/** What must not be repeated in a finding. */
export function secretsOf(app: JsonObject): readonly string[] {
  const env = Object.entries(objectOf(member(app, 'env')));
  const parameters = elements(member(member(member(app, 'container'), 'docker'), 'parameters')).flatMap(
    (parameter): [string, Json][] => {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(textOf(member(parameter, 'value'))) ?? [];
      return [[name, value]];
    },
  );
  const clear = [...env, ...parameters].flatMap(([name, value]) =>
    isClearSecret(name, value) ? [value] : [],
  );
  const credential = member(member(member(member(app, 'container'), 'docker'), 'credential'), 'secret');
  const all = [...clear, ...(typeof credential === 'string' ? [credential] : []), ...inUris(app)];
  // Names of images are corrected to small letters.
  return all.flatMap((secret) => [secret, secret.toLowerCase()]);
}

/** Passwords and queries of URIs: a signed address is as good as a password. */
function inUris(app: JsonObject): readonly string[] {
  const uris = [
    ...elements(member(app, 'uris')),
    ...elements(member(app, 'fetch')).map((entry) => member(entry, 'uri')),
    member(member(member(app, 'container'), 'docker'), 'image'),
  ];
  return uris.flatMap((uri) => {
    const [, user = '', query = ''] =
      /^[a-z][a-z0-9+.-]*:\/\/(?:([^/?#]*)@)?[^?]*\??(.*)$/is.exec(textOf(uri)) ?? [];
    return [user.replace(/^[^:]*:/, ''), query];
  });
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
