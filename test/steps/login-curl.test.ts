import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { curlAttempt, identityAttempt } from '../../src/steps/login-curl.ts';
import type { LoginAttempt, LoginVerdict } from '../../src/steps/verdict.ts';
import { answer, CTX, registry, SECRET, USER } from './support.ts';

const NAME = 'registry.example.com:5000';
const AUTH = Buffer.from(`${USER}:${SECRET.reveal()}`).toString('base64');
const PROVEN = (name: string) => ({ kind: 'proven', entry: { key: name, auth: AUTH } });
const BASIC = http(401, 'WWW-Authenticate: Basic realm="Registry"');
const BEARER = http(
  401,
  'WWW-Authenticate: Bearer realm="https://auth.example.com/token?x=1",service="my registry"',
);
const TOKEN = http(200, 'Content-Type: application/json', '', '{"token":"tok.en"}');

function http(status: number, ...rest: string[]): string {
  const [header = 'X: y', ...more] = rest;
  return [`HTTP/1.1 ${status} Words`, header, ...(more.length > 0 ? more : ['', ''])].join('\r\n');
}

interface Asked {
  readonly url: string;
  readonly config: string;
  readonly verb: Verb;
}

/** Answers one question after the other; a number is curl's exit code. Gives what was asked, and the verdict. */
function talk(name: string, ...answers: (string | number)[]): { asked: Asked[]; verdict: LoginVerdict } {
  return follow(curlAttempt({ registry: registry(name), secret: SECRET, ctx: CTX }), answers);
}

function follow(first: LoginAttempt, answers: readonly (string | number)[]) {
  let attempt = first;
  const asked: Asked[] = [];
  for (const said of answers) {
    const { verb } = attempt;
    const config = verb.verb === 'ask' ? verb.config.reveal() : '';
    asked.push({ url: /^url = "(.*)"$/m.exec(config)?.[1] ?? '', config, verb });
    const [code, output] = typeof said === 'number' ? [said, `curl: (${said}) words`] : [0, said];
    const verdict = attempt.interpret(answer('ask', { code: String(code), timed: 'no' }, { output }));
    if (verdict.kind !== 'again') return { asked, verdict };
    attempt = verdict.attempt;
  }
  throw new Error('there was another question');
}

const withUser = ({ config }: Asked) => /^user = /m.test(config);

test('a login goes by the proxy of its environment, where there is one', () => {
  const { asked } = talk(NAME, BASIC, http(200));
  for (const { config } of asked) expect(config).not.toContain('noproxy');
});

describe('a registry with Basic', () => {
  test('is asked without the credential first, then with it', () => {
    const { asked, verdict } = talk(NAME, BASIC, http(200));
    expect(asked.map(({ url }) => url)).toEqual([`https://${NAME}/v2/`, `https://${NAME}/v2/`]);
    expect(asked.map(withUser)).toEqual([false, true]);
    expect(verdict).toEqual(PROVEN(NAME));
    expect(asked[0]?.verb).toMatchObject({ verb: 'ask', seconds: 25, registry: NAME });
  });
  test.each([401, 403])('refuses with %i', (status) => {
    const { verdict } = talk(NAME, BASIC, http(status));
    expect(verdict).toMatchObject({ kind: 'refused', failure: { code: 'REGISTRY_AUTH_REJECTED' } });
  });
});

describe('a registry with a token server', () => {
  test('names it, the token server is shown the credential, and the registry the token', () => {
    const { asked, verdict } = talk(NAME, BEARER, TOKEN, http(200));
    const query = 'x=1&service=my+registry&account=ci+user&client_id=docker';
    expect(asked.map(({ url }) => url)).toEqual([
      `https://${NAME}/v2/`,
      `https://auth.example.com/token?${query}`,
      `https://${NAME}/v2/`,
    ]);
    expect(asked.map(withUser)).toEqual([false, true, false]);
    expect(asked[2]?.config).toContain('header = "Authorization: Bearer tok.en"');
    expect(verdict).toEqual(PROVEN(NAME));
  });
  test('may call the token access_token, and give it a scope', () => {
    const scoped = http(401, 'WWW-Authenticate: Bearer realm="https://a.example.com/",scope="x:y"');
    const { asked, verdict } = talk(NAME, scoped, http(200, 'X: y', '', '{"access_token":"abc"}'), http(200));
    expect(asked[1]?.url).toContain('scope=x%3Ay');
    expect(verdict).toEqual(PROVEN(NAME));
  });
  test.each([401, 403])('that refuses with %i', (status) => {
    expect(talk(NAME, BEARER, http(status)).verdict).toMatchObject({ kind: 'refused' });
  });
  test('that gives anybody a token: the registry refuses it', () => {
    expect(talk(NAME, BEARER, TOKEN, http(401)).verdict).toMatchObject({ kind: 'refused' });
  });
  test.each(['', '{}', '{"token":""}', '{"token":5}', '{"token":"a\\nb"}', '{"token":"a\\"b"}', 'x'])(
    'that answers with %j proves nothing, and its words are not quoted',
    (body) => {
      const { verdict } = talk(NAME, BEARER, http(200, 'X: y', '', body));
      expect(verdict).toMatchObject({ kind: 'failed', failure: { code: 'CREDENTIAL_UNPROVEN' } });
      expect(verdict).not.toHaveProperty('failure.detail');
    },
  );
  test.each([
    'http://auth.example.com/token',
    'ftp://auth.example.com/',
    'https://u:p@auth.example.com/',
    '',
    '/token',
  ])('that is not safe to ask is not asked: %j', (realm) => {
    const { asked, verdict } = talk(NAME, http(401, `WWW-Authenticate: Bearer realm="${realm}"`));
    expect(asked.some(withUser)).toBe(false);
    expect(verdict).toMatchObject({ kind: 'failed', failure: { code: 'CREDENTIAL_UNPROVEN' } });
  });
  test('that is on loopback is not asked in clear for a registry that is not', () => {
    const { asked } = talk(NAME, http(401, 'WWW-Authenticate: Bearer realm="http://127.0.0.1/token"'));
    expect(asked).toHaveLength(1);
  });
  test('whose address would break out of the configuration is still one value', () => {
    const evil = http(401, 'WWW-Authenticate: Bearer realm="https://a/\\"\\\\x",service="a\\"\\\\b"');
    const { asked } = talk(NAME, evil, http(401));
    expect(asked[1]?.config.match(/^url = "[^"\\]*"$/gm)).toHaveLength(1);
  });
});

test('Docker Hub is asked where its registry is', () => {
  const { asked, verdict } = talk('docker.io', BASIC, http(200));
  expect(asked[0]?.url).toBe('https://registry-1.docker.io/v2/');
  expect(verdict).toEqual(PROVEN('https://index.docker.io/v1/'));
});

test('an open registry is shown the credential all the same, as docker does', () => {
  const { asked, verdict } = talk(NAME, http(200), http(200));
  expect(asked.map(withUser)).toEqual([false, true]);
  expect(verdict).toEqual(PROVEN(NAME));
  expect(talk(NAME, http(200), http(401)).verdict).toMatchObject({ kind: 'refused' });
});

describe('loopback', () => {
  test.each(['127.0.0.1:5000', '127.9.9.9:5000', 'localhost:5000', '[::1]:5000'])(
    '%s is asked in clear once HTTPS has failed, and from then on',
    (name) => {
      const { asked, verdict } = talk(name, 35, BASIC, http(200));
      expect(asked.map(({ url }) => url)).toEqual([
        `https://${name}/v2/`,
        `http://${name}/v2/`,
        `http://${name}/v2/`,
      ]);
      expect(asked[0]?.config).toContain('\ninsecure\n');
      expect(verdict).toEqual(PROVEN(name));
    },
  );
  test('may have a token server on loopback, in clear', () => {
    const bearer = http(401, 'WWW-Authenticate: Bearer realm="http://127.0.0.1:5001/token"');
    expect(talk('127.0.0.1:5000', 7, bearer, TOKEN, http(200)).verdict).toEqual(PROVEN('127.0.0.1:5000'));
  });
  test.each(['127.example.com', 'localhost.example.com', '10.0.0.1:5000'])('%s is none', (name) => {
    const { asked } = talk(name, 35);
    expect(asked[0]?.config).not.toContain('insecure');
  });
});

describe('trouble', () => {
  test.each([
    [6, 'REGISTRY_UNREACHABLE'],
    [7, 'REGISTRY_UNREACHABLE'],
    [28, 'REGISTRY_UNREACHABLE'],
    [52, 'REGISTRY_UNREACHABLE'],
    [63, 'REGISTRY_UNREACHABLE'],
    [35, 'REGISTRY_TLS'],
    [51, 'REGISTRY_TLS'],
    [60, 'REGISTRY_TLS'],
    [2, 'CREDENTIAL_UNPROVEN'],
    [127, 'CREDENTIAL_UNPROVEN'],
  ] as const)('curl ends with %i: %s', (code, failure) => {
    for (const answers of [[code], [BASIC, code], [BEARER, code], [BEARER, TOKEN, code]]) {
      const { verdict } = talk(NAME, ...answers);
      expect(verdict).toMatchObject({
        kind: 'failed',
        failure: { code: failure, detail: `curl: (${code}) words` },
      });
    }
  });

  test.each([403, 404, 302, 500, 503])(
    '%i before the credential is shown is not about the credential',
    (status) => {
      const { verdict } = talk(NAME, http(status));
      expect(verdict).toMatchObject({ kind: 'failed', failure: { code: 'REGISTRY_UNREACHABLE' } });
    },
  );

  test.each([
    ['first', [http(429, 'Retry-After: 30')]],
    ['with the password', [BASIC, http(429, 'Retry-After: 30')]],
    ['at the token server', [BEARER, http(429, 'X: y', '', 'try again in 30 seconds')]],
  ])('429, %s, is a rate limit and says how long', (_, answers) => {
    const { verdict } = talk(NAME, ...answers);
    expect(verdict).toMatchObject({
      kind: 'rate-limited',
      waitMs: 30_000,
      failure: { code: 'REGISTRY_RATE_LIMITED' },
    });
  });

  test('5xx after the credential was shown is the registry’s trouble; anything else odd may be a refusal', () => {
    expect(talk(NAME, BASIC, http(502)).verdict).toMatchObject({ kind: 'failed' });
    for (const status of [204, 302, 400, 404, 418]) {
      const { verdict } = talk(NAME, BASIC, http(status));
      expect(verdict).toMatchObject({ kind: 'refused', failure: { code: 'CREDENTIAL_UNPROVEN' } });
    }
  });

  test('a way in that nobody knows proves nothing', () => {
    const { verdict } = talk(NAME, http(401, 'WWW-Authenticate: Negotiate'));
    expect(verdict).toMatchObject({ kind: 'failed', failure: { code: 'CREDENTIAL_UNPROVEN' } });
  });

  test('curl hung, or said nothing that is HTTP', () => {
    const attempt = curlAttempt({ registry: registry(NAME), secret: SECRET, ctx: CTX });
    const unreachable = { kind: 'failed', failure: { code: 'REGISTRY_UNREACHABLE' } };
    expect(attempt.interpret(answer('ask', { code: '137', timed: 'yes' }))).toMatchObject(unreachable);
    expect(attempt.interpret(answer('ask', { code: '0', timed: 'no' }, { output: 'x' }))).toMatchObject(
      unreachable,
    );
  });

  test('a token that came before curl failed is not quoted', () => {
    const attempt = curlAttempt({ registry: registry(NAME), secret: SECRET, ctx: CTX });
    const output = `${TOKEN}\ncurl: (18) transfer closed`;
    const verdict = attempt.interpret(answer('ask', { code: '18', timed: 'no' }, { output }));
    expect(verdict).toMatchObject({ failure: { detail: 'curl: (18) transfer closed' } });
  });

  test.each([
    ['another verb', answer('login', { code: '0', timed: 'no' })],
    ['no exit code', answer('ask', { timed: 'no' })],
  ])('%s is REMOTE_PROTOCOL', (_, said) => {
    const attempt = curlAttempt({ registry: registry(NAME), secret: SECRET, ctx: CTX });
    expect(attempt.interpret(said)).toMatchObject({ kind: 'failed', failure: { code: 'REMOTE_PROTOCOL' } });
  });
});

describe('an identity token that was handed out before', () => {
  const prove = (...answers: (string | number)[]) =>
    follow(
      identityAttempt({ registry: registry(NAME), secret: SECRET, ctx: CTX }, new Secret('old&token=')),
      answers,
    );

  test('is exchanged for an access token, which the registry must take', () => {
    const { asked, verdict } = prove(BEARER, TOKEN, http(200));
    expect(asked.map(({ url }) => url)).toEqual([
      `https://${NAME}/v2/`,
      'https://auth.example.com/token?x=1',
      `https://${NAME}/v2/`,
    ]);
    expect(asked[1]?.config).toContain('data = "grant_type=refresh_token"\n');
    expect(asked[1]?.config).toContain('data = "refresh_token=old%26token%3D"\n');
    expect(asked[2]?.config).toContain('Authorization: Bearer tok.en');
    expect(verdict.kind).toBe('proven');
  });

  test('is never accompanied by the password', () => {
    const { asked } = prove(BEARER, TOKEN, http(200));
    expect(asked.filter(withUser)).toEqual([]);
    expect(asked.map(({ config }) => config).join()).not.toContain(SECRET.reveal());
  });

  test.each([
    ['the token server refuses it', [BEARER, http(401)]],
    ['the registry refuses what it was exchanged for', [BEARER, TOKEN, http(401)]],
    ['the registry asks for a password instead', [BASIC]],
    ['the registry lets anybody in', [http(200)]],
  ])('proves nothing where %s', (_, answers) => {
    expect(prove(...answers).verdict.kind).not.toBe('proven');
  });
});
