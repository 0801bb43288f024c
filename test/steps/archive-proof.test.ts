import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigEntry } from '../../src/domain/credential.ts';
import { type ImageReference, parseImage } from '../../src/domain/image.ts';
import {
  type Asking,
  entryAttempt,
  interpretUnpack,
  pullAttempt,
  unpackVerb,
} from '../../src/steps/archive-proof.ts';
import type { LoginAttempt, LoginVerdict } from '../../src/steps/verdict.ts';
import { answer, CTX } from './support.ts';

const NAME = 'registry.example.com:5000';
const image = (text: string) => parseImage(text) as ImageReference;
const IMAGE = image(`${NAME}/team/app:1`);
const PASSWORD = 'what-lies-on-the-agent';
const ENTRY: ConfigEntry = { key: NAME, auth: Buffer.from(`puller:${PASSWORD}`).toString('base64') };
const IDENTITY: ConfigEntry = {
  key: NAME,
  auth: Buffer.from('puller:').toString('base64'),
  identitytoken: 'id.en.tity',
};

const asking = (entry: ConfigEntry | null = ENTRY, curl = true): Asking => ({
  asked: { registry: NAME, image: IMAGE.written, username: 'puller' },
  entry,
  curl,
  ctx: CTX,
});

const http = (status: number, header = 'X: y', body = '') =>
  [`HTTP/1.1 ${status} Words`, header, '', body].join('\r\n');
const BASIC = http(401, 'WWW-Authenticate: Basic realm="Registry"');
const BEARER = http(
  401,
  'WWW-Authenticate: Bearer realm="https://auth.example.com/token",service="my registry"',
);
const TOKEN = http(200, 'X: y', '{"token":"tok.en"}');

/** Answers one question after the other; a number is curl's exit code. */
function follow(first: LoginAttempt, answers: readonly (string | number)[]) {
  const configs: string[] = [];
  let verdict: LoginVerdict = { kind: 'again', attempt: first };
  for (const said of answers) {
    if (verdict.kind !== 'again') throw new Error('it asks no more');
    const { verb } = verdict.attempt;
    configs.push(verb.verb === 'ask' ? verb.config.reveal() : verb.verb);
    const code = typeof said === 'number' ? said : 0;
    const output = typeof said === 'number' ? `curl: (${said}) in vain` : said;
    verdict = verdict.attempt.interpret(answer('ask', { code: String(code), timed: 'no' }, { output }));
  }
  return { configs, verdict };
}

const urlOf = (config: string) => /^url = "(.*)"$/m.exec(config)?.[1];
const failureIn = (verdict: LoginVerdict) => {
  if (verdict.kind === 'proven' || verdict.kind === 'again') throw new Error(`it is ${verdict.kind}`);
  return verdict.failure;
};

describe('an image is asked for with what the archive holds', () => {
  test('by its password, where the registry asks for one', () => {
    const { configs, verdict } = follow(entryAttempt(asking(), IMAGE), [BASIC, http(200)]);
    expect(configs.map(urlOf)).toEqual([`https://${NAME}/v2/`, `https://${NAME}/v2/team/app/manifests/1`]);
    // Docker's daemon has no proxy of a login; every question goes the way that it would go.
    for (const config of configs) expect(config).toMatch(/^noproxy = "\*"$/m);
    expect(configs[0]).not.toContain(PASSWORD);
    expect(configs[1]).toContain(`user = "puller:${PASSWORD}"`);
    expect(configs[1]).toMatch(/^head$/m);
    expect(configs[1]).toContain('Accept: application/vnd.oci.image.index.v1+json');
    expect(verdict.kind).toBe('proven');
  });

  test('by a token for that image and nothing else, where there is a token server', () => {
    const { configs, verdict } = follow(entryAttempt(asking(), IMAGE), [BEARER, TOKEN, http(200)]);
    const asked = new URL(urlOf(configs[1] ?? '') ?? '');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      service: 'my registry',
      scope: 'repository:team/app:pull',
      account: 'puller',
      client_id: 'docker',
    });
    expect(configs[2]).toContain('Authorization: Bearer tok.en');
    expect(configs[2]).not.toContain(PASSWORD);
    expect(verdict.kind).toBe('proven');
  });

  test('by its identity token, which is exchanged for one with that scope', () => {
    const { configs, verdict } = follow(entryAttempt(asking(IDENTITY), IMAGE), [BEARER, TOKEN, http(200)]);
    expect(configs[1]).toContain('refresh_token=id.en.tity');
    expect(configs[1]).toContain('scope=repository%3Ateam%2Fapp%3Apull');
    expect(verdict.kind).toBe('proven');
  });

  test('with nothing, where it holds nothing: as docker would', () => {
    const { configs, verdict } = follow(entryAttempt(asking(null), IMAGE), [BEARER, TOKEN, http(200)]);
    expect(configs.join('')).not.toMatch(/^user|account=/m);
    expect(verdict.kind).toBe('proven');
  });

  test('without an image, whether it is good', () => {
    const { configs, verdict } = follow(entryAttempt(asking(), null), [BASIC, http(200)]);
    expect(configs.map(urlOf)).toEqual([`https://${NAME}/v2/`, `https://${NAME}/v2/`]);
    expect(configs[1]).not.toMatch(/^head$/m);
    expect(verdict.kind).toBe('proven');
  });

  test('a digest is asked for by itself', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const { configs } = follow(entryAttempt(asking(), image(`${NAME}/app:1@${digest}`)), [BASIC, http(200)]);
    expect(urlOf(configs[1] ?? '')).toBe(`https://${NAME}/v2/app/manifests/${digest}`);
  });
});

describe('a registry that does not give it: PULL_DENIED tells why', () => {
  test.each([
    [
      'a wrong password',
      [BASIC, http(401)],
      'refused',
      /unauthorized/,
      /node-prep run puts the present credential/,
    ],
    ['a wrong password at the token server', [BEARER, http(401)], 'refused', /unauthorized/, /node-prep run/],
    ['a token that is good for nothing here', [BEARER, TOKEN, http(401)], 'refused', /denied/, /may pull it/],
    ['a user who may not', [BASIC, http(403)], 'refused', /denied/, /may pull it/],
    ['an image that is not there', [BASIC, http(404)], 'failed', /not found/, /name and tag/],
    ['a registry that is down', [7], 'failed', /unreachable/, /--pull/],
    ['a registry in trouble', [BASIC, http(503)], 'failed', /unreachable/, /curl -v/],
    ['a name that nobody knows', [6], 'failed', /unreachable/, /curl -v/],
    ['a certificate that is not trusted', [60], 'failed', /TLS certificate is not trusted/, /ca\.crt/],
  ] as [string, (string | number)[], string, RegExp, RegExp][])('%s', (_, answers, kind, words, hint) => {
    const { verdict } = follow(entryAttempt(asking(), IMAGE), answers);
    expect(verdict.kind).toBe(kind);
    expect(failureIn(verdict)).toMatchObject({
      code: 'PULL_DENIED',
      step: 'verify',
      message: expect.stringMatching(words),
      hint: expect.stringMatching(hint),
    });
  });

  test('one that asks to slow down', () => {
    const { verdict } = follow(entryAttempt(asking(), IMAGE), [BASIC, http(429, 'Retry-After: 30')]);
    expect(verdict).toMatchObject({
      kind: 'rate-limited',
      waitMs: 30_000,
      failure: { code: 'REGISTRY_RATE_LIMITED' },
    });
  });

  test('without curl it cannot be told', () => {
    const first = entryAttempt(asking(ENTRY, false), IMAGE);
    expect(failureIn(first.interpret(answer('unpack', {})))).toMatchObject({
      code: 'CREDENTIAL_UNPROVEN',
      step: 'verify',
    });
  });

  test('what it says is masked: also a secret that is not the inventory’s', () => {
    const echo = http(403, 'X: y', `no, puller:${PASSWORD} (${ENTRY.auth})`);
    const { detail } = failureIn(follow(entryAttempt(asking(), IMAGE), [BASIC, echo]).verdict);
    expect(detail).toContain('no, ');
    expect(detail).not.toContain(PASSWORD);
    expect(detail).not.toContain(ENTRY.auth);
  });

  test('a huge secret is not masked, which would take minutes: nothing is quoted', () => {
    const huge = { key: NAME, auth: '', identitytoken: 'a'.repeat(16_000) };
    const echo = http(403, 'X: y', 'a'.repeat(4_000));
    const { verdict } = follow(entryAttempt(asking(huge), IMAGE), [BEARER, TOKEN, echo]);
    expect(failureIn(verdict).detail).toBeUndefined();
  });

  test('an image that is not there was looked for with a credential that was taken', () => {
    const { verdict } = follow(entryAttempt(asking(), IMAGE), [BASIC, http(404)]);
    expect(verdict).toMatchObject({ kind: 'failed', taken: true });
  });

  test('whatever it says, there is a verdict', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 255 }), (output, code) => {
        const first = entryAttempt(asking(), IMAGE);
        const verdict = first.interpret(answer('ask', { code: String(code), timed: 'no' }, { output }));
        expect(['refused', 'failed', 'again', 'rate-limited']).toContain(verdict.kind);
      }),
    );
  });
});

// In docker's own words: CLI 28.2 and 20.10, daemon 20.10.
describe('a pull', () => {
  const pull = (code: number, output: string, timed = 'no') =>
    pullAttempt(asking(), IMAGE, 600).interpret(answer('pull', { code: String(code), timed }, { output }));

  test('names the image as it was written', () => {
    expect(pullAttempt(asking(), IMAGE, 600).verb).toEqual({
      verb: 'pull',
      seconds: 600,
      image: IMAGE.written,
    });
    expect(pull(0, '').kind).toBe('proven');
  });

  test.each([
    ['Error response from daemon: unauthorized: authentication required', 'refused', /unauthorized/],
    [
      `Error response from daemon: Head "http://${NAME}/v2/app/manifests/1": no basic auth credentials`,
      'refused',
      /unauthorized/,
    ],
    [
      `Error response from daemon: manifest for ${NAME}/app:2 not found: manifest unknown: manifest unknown`,
      'failed',
      /not found/,
    ],
    [
      "Error response from daemon: pull access denied for x/y, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'refused',
      /denied/,
    ],
    [
      'Error response from daemon: Get "http://127.0.9.9:5000/v2/": dial tcp 127.0.9.9:5000: connect: connection refused',
      'failed',
      /unreachable/,
    ],
    [
      'Error response from daemon: Get "https://nowhere.invalid/v2/": dial tcp: lookup nowhere.invalid: no such host',
      'failed',
      /unreachable/,
    ],
    [
      'Error response from daemon: Get "https://r/v2/": x509: certificate signed by unknown authority',
      'failed',
      /TLS/,
    ],
    ['something that nobody has ever seen', 'failed', /words that are not known/],
  ])('%s', (output, kind, words) => {
    const verdict = pull(1, `Using default tag: latest\n${output}\n`);
    expect(verdict.kind).toBe(kind);
    expect(failureIn(verdict)).toMatchObject({ code: 'PULL_DENIED', message: expect.stringMatching(words) });
  });

  test.each([
    ['toomanyrequests: You have reached your pull rate limit.', 'no', 'REGISTRY_RATE_LIMITED'],
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'no',
      'DOCKER_DAEMON_DOWN',
    ],
    ['app: Pulling', 'yes', 'DOCKER_TIMED_OUT'],
  ])('%s', (output, timed, code) => {
    expect(failureIn(pull(1, output, timed))).toMatchObject({ code, step: 'verify' });
  });
});

describe('the archive is unpacked on the agent', () => {
  const ended = (fields: Record<string, string>, output = '') => answer('unpack', fields, { output });
  test('by its own tar', () => {
    expect(unpackVerb()).toEqual({ verb: 'unpack', seconds: 20 });
    expect(interpretUnpack(ended({ code: '0', timed: 'no', config: 'yes' }), CTX)).toBeNull();
  });

  test.each([
    [
      'tar fails',
      { code: '2', timed: 'no', config: 'no' },
      'ARCHIVE_INVALID',
      /tar cannot unpack it \(exit code 2\)/,
    ],
    ['it fails in the middle', { code: '2', timed: 'no', config: 'yes' }, 'ARCHIVE_INVALID', /cannot unpack/],
    ['it hangs', { code: '137', timed: 'yes', config: 'no' }, 'ARCHIVE_INVALID', /in 20 seconds/],
    [
      'nothing came out of it',
      { code: '0', timed: 'no', config: 'no' },
      'ARCHIVE_INVALID',
      /no \.docker\/config\.json/,
    ],
    ['nonsense', {}, 'REMOTE_PROTOCOL', /./],
  ] as [string, Record<string, string>, string, RegExp][])('%s', (_, fields, code, words) => {
    const found = interpretUnpack(ended(fields, 'tar: Unexpected EOF'), CTX);
    expect(found).toMatchObject({ code, step: 'verify', message: expect.stringMatching(words) });
  });
});
