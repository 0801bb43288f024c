import { Secret } from '../domain/secret.ts';

/** One request by an agent's curl: a GET, or with a `form` a POST. At most one of `user`, `bearer` and `form`. */
export interface CurlRequest {
  readonly url: URL;
  /** Docker trusts what listens on loopback without a look at its certificate. */
  readonly insecure: boolean;
  readonly user?: { readonly username: string; readonly password: Secret };
  readonly bearer?: Secret;
  /** By no proxy, whatever the environment says. */
  readonly direct?: boolean;
  /** HEAD instead of GET: nothing but the status is of interest. */
  readonly head?: boolean;
  /** Media types that are taken. */
  readonly accept?: readonly string[];
  readonly form?: Readonly<Record<string, string | Secret>>;
}

/** How long one request may take, in seconds; curl stops by itself. */
export const REQUEST_SECONDS = 20;

/**
 * A curl configuration for its standard input (`curl -K -`), so that nothing of it is in an argument list.
 * No redirect is followed, the protocol is fixed, and what comes back is bounded in size and time.
 * Every option is one that curl 7.21 (2010) knows.
 */
export function curlConfig({
  url,
  insecure,
  user,
  bearer,
  direct,
  head,
  accept = [],
  form = {},
}: CurlRequest): Secret {
  const credential: string[] = [];
  if (user !== undefined) credential.push(option('user', `${user.username}:${user.password.reveal()}`));
  if (bearer !== undefined) credential.push(option('header', `Authorization: Bearer ${bearer.reveal()}`));
  for (const [name, value] of Object.entries(form)) {
    const text = typeof value === 'string' ? value : value.reveal();
    credential.push(option('data', `${name}=${encodeURIComponent(text)}`));
  }
  const lines = [
    option('url', url.href),
    option('proto', `=${url.protocol.slice(0, -1)}`),
    ...(insecure ? ['insecure'] : []),
    'silent',
    'show-error',
    'include',
    ...(head === true ? ['head'] : []),
    ...accept.map((type) => option('header', `Accept: ${type}`)),
    // The square brackets of an IPv6 address are no pattern.
    'globoff',
    ...(direct === true ? [option('noproxy', '*')] : []),
    option('connect-timeout', '10'),
    option('max-time', String(REQUEST_SECONDS)),
    // By its length alone curl would refuse what it is not to fetch, too: a manifest may be longer.
    ...(head === true ? [] : [option('max-filesize', '60000')]),
    option('limit-rate', '100k'),
    ...credential,
  ];
  return new Secret(`${lines.join('\n')}\n`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\v': '\\v',
};

/** Quoted as curl(1) says of its config file. */
function option(name: string, value: string): string {
  return `${name} = "${value.replace(/[\\"\t\n\r\v]/g, (character) => ESCAPES[character] ?? character)}"`;
}

/** Docker's own idea of a registry that needs no certificate (moby, registry/config.go: isSecureIndex). */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
