import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loginAttempt } from '../../src/steps/login.ts';
import type { LoginVerdict } from '../../src/steps/verdict.ts';
import { answer, CTX, registry, SECRET, USER } from './support.ts';

const NAME = 'registry.example.com:5000';
const MODERN = { version: '28.2.2', passwordStdin: true, curl: true };
const OLD = { version: '1.13.1', passwordStdin: false, curl: true };
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const AUTH = base64(`${USER}:${SECRET.reveal()}`);

function start(name = NAME, docker = MODERN) {
  const first = loginAttempt({ registry: registry(name), secret: SECRET, docker, ctx: CTX });
  if (!first.ok) throw new Error('it should have a way');
  return first.value;
}

function ends(
  code: number,
  output: string,
  stored?: string,
  more: Record<string, string> = {},
): LoginVerdict {
  const texts = stored === undefined ? { output } : { output, stored };
  return start().interpret(answer('login', { code: String(code), timed: 'no', ...more }, texts));
}

test('the credential goes to docker login; Docker Hub is named by no server', () => {
  const common = { verb: 'login', seconds: 60, username: USER, secret: SECRET };
  expect(start().verb).toEqual({ ...common, server: NAME });
  expect(start('docker.io').verb).toEqual({ ...common, server: '' });
});

test('an old CLI hands over to curl, and without curl nothing is proven', () => {
  expect(start(NAME, OLD).verb.verb).toBe('ask');
  const none = loginAttempt({
    registry: registry(NAME),
    secret: SECRET,
    docker: { ...OLD, curl: false },
    ctx: CTX,
  });
  expect(none).toMatchObject({ ok: false, error: { code: 'CREDENTIAL_UNPROVEN', step: 'login' } });
});

describe('docker login succeeded', () => {
  const stored = (entry: unknown, more = {}) => JSON.stringify({ auths: { [NAME]: entry }, ...more });
  test('and stored what was sent: proven', () => {
    const entry = { key: NAME, auth: AUTH };
    expect(ends(0, 'Login Succeeded', stored({ auth: AUTH }))).toEqual({ kind: 'proven', entry });
  });
  test('and stored an identity token: proven, and the archive is built from it', () => {
    const verdict = ends(0, 'Login Succeeded', stored({ auth: base64(`${USER}:`), identitytoken: 'tok.en' }));
    const entry = { key: NAME, auth: base64(`${USER}:`), identitytoken: 'tok.en' };
    expect(verdict).toEqual({ kind: 'proven', entry });
  });
  test.each([
    ['nothing', undefined, /no JSON object/],
    ['another password', stored({ auth: base64(`${USER}:other`) }), /not the one that was sent/],
    ['another user', stored({ auth: base64('root:x') }), /another user/],
    ['it in a store', stored({}, { credsStore: 'pass' }), /store pass/],
  ])('and stored %s: not stored', (_, config, reason) => {
    const failure = { code: 'CREDENTIAL_NOT_STORED', message: expect.stringMatching(reason) };
    expect(ends(0, 'Login Succeeded', config)).toMatchObject({ kind: 'failed', failure });
  });
});

describe('docker login failed', () => {
  test.each([
    [
      'refused',
      'REGISTRY_AUTH_REJECTED',
      1,
      'Get "https://r/v2/": unauthorized: incorrect username or password',
    ],
    ['rate-limited', 'REGISTRY_RATE_LIMITED', 1, 'toomanyrequests: too many failed login attempts'],
    ['failed', 'REGISTRY_TLS', 1, 'Get "https://r/v2/": x509: certificate signed by unknown authority'],
    ['failed', 'REGISTRY_UNREACHABLE', 1, 'dial tcp 127.0.0.1:1: connect: connection refused'],
    [
      'failed',
      'DOCKER_DAEMON_DOWN',
      1,
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.',
    ],
    ['failed', 'CREDENTIAL_NOT_STORED', 1, 'Error saving credentials: mkdir /x: read-only file system'],
    ['failed', 'DOCKER_MISSING', 127, 'docker: not found'],
    ['failed', 'CREDENTIAL_UNPROVEN', 2, 'panic: runtime error'],
    // It may be a refusal in the registry's own words: tried nowhere else, so that no account is locked.
    ['refused', 'CREDENTIAL_UNPROVEN', 1, 'Konto gesperrt'],
    ['refused', 'CREDENTIAL_UNPROVEN', 1, ''],
  ] as const)('%s, %s: %i %s', (kind, code, exit, output) => {
    const verdict = ends(exit, `time="2025" level=info msg="unauthorized"\n${output}\n`);
    expect(verdict).toMatchObject({ kind, failure: { code, step: 'login' } });
  });

  test('the registry said how long to wait', () => {
    expect(ends(1, 'toomanyrequests: try again in 15 minutes')).toMatchObject({ waitMs: 900_000 });
    expect(ends(1, 'toomanyrequests: no')).toMatchObject({ waitMs: null });
  });

  test('the detail is what counts of its words, without the secret and without control characters', () => {
    const verdict = ends(1, `time="x" level=info\n\x1b[31munauthorized: ${SECRET.reveal()} is wrong\n`);
    expect(verdict).toMatchObject({ failure: { detail: '\\x1b[31munauthorized: [secret] is wrong' } });
  });

  test('it hung', () => {
    const verdict = ends(137, '', undefined, { timed: 'yes' });
    expect(verdict).toMatchObject({ kind: 'failed', failure: { code: 'DOCKER_TIMED_OUT' } });
  });

  test('for want of --password-stdin: curl is asked, where there is one', () => {
    const said = answer('login', { code: '125', timed: 'no' }, { output: 'unknown flag: --password-stdin' });
    const verdict = start(NAME, { ...MODERN, version: 'dev' }).interpret(said);
    expect(verdict).toMatchObject({ kind: 'again', attempt: { verb: { verb: 'ask' } } });
    const without = start(NAME, { ...MODERN, curl: false }).interpret(said);
    expect(without).toMatchObject({ kind: 'failed', failure: { code: 'CREDENTIAL_UNPROVEN' } });
  });
});

test.each([
  ['another verb', answer('ask', { code: '0', timed: 'no' })],
  ['no exit code', answer('login', { timed: 'no' })],
  ['no word on time', answer('login', { code: '0' })],
])('%s is REMOTE_PROTOCOL, and says nothing about the credential', (_, said) => {
  expect(start().interpret(said)).toMatchObject({ kind: 'failed', failure: { code: 'REMOTE_PROTOCOL' } });
});

test('whatever an agent answers, nothing but the sent password or a token is ever proven, and no secret is quoted', () => {
  const text = fc.oneof(fc.string(), fc.constant(SECRET.reveal()), fc.constant(AUTH));
  fc.assert(
    fc.property(fc.constantFrom(0, 1), text, text, (code, output, stored) => {
      const verdict = ends(code, output, stored);
      expect(verdict.kind).not.toBe('proven');
      expect(JSON.stringify(verdict)).not.toContain(AUTH);
      expect(JSON.stringify(verdict)).not.toContain(JSON.stringify(SECRET.reveal()).slice(1, -1));
    }),
  );
});
