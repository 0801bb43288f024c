import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedWaitMs, loginTrouble, tellingLines } from '../../src/steps/docker-words.ts';

const NAME = 'registry.example.com:5000';
const LOG =
  'time="2025-11-24T22:00:00Z" level=info msg="Error logging in to endpoint, trying next endpoint" error="Get \\"https://registry.example.com:5000/v2/\\": unauthorized: x"\n';

/** docker 28.2.2 and 20.10.24 said these, the older ones are from issues and sources. */
const TABLE: readonly (readonly [expected: ReturnType<typeof loginTrouble>, ...texts: string[]])[] = [
  [
    'refused',
    'login attempt to http://127.0.0.1:5000/v2/ failed with status: 401 Unauthorized',
    'login attempt to http://127.0.0.1:5000/v2/ failed with status: 403 Forbidden',
    'Get "https://registry.example.com:5000/v2/": unauthorized: incorrect username or password',
    'Get "https://registry.example.com:5000/v2/": denied',
    'Error response from daemon: Get https://registry-1.docker.io/v2/: unauthorized: incorrect username or password',
    'Error response from daemon: login attempt to https://r/v2/ failed with status: 401 Unauthorized',
    'Error response from daemon: Wrong login/password, please try again',
    'Error response from daemon: Get https://r.io/v2/: denied: requested access to the resource is denied',
    'Error response from daemon: Get https://r/v2/: no basic auth credentials',
  ],
  [
    'rate-limited',
    'login attempt to http://127.0.0.1:5000/v2/ failed with status: 429 Too Many Requests',
    'Get "https://r/v2/": toomanyrequests: too many failed login attempts for username or IP address',
    'Error response from daemon: Get https://registry-1.docker.io/v2/: unauthorized: too many failed login attempts for username or IP address',
    'Error response from daemon: toomanyrequests: You have reached your pull rate limit.',
  ],
  [
    'tls',
    'Get "https://r:5000/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'Error response from daemon: Get https://r:5000/v2/: x509: certificate signed by unknown authority',
    'Get "https://r/v2/": x509: certificate has expired or is not yet valid: current time is after 2020',
    'Get "https://r/v2/": tls: first record does not look like a TLS handshake',
    'Get "https://r/v2/": http: server gave HTTP response to HTTPS client',
    'Get "https://r/v2/": remote error: tls: handshake failure',
  ],
  [
    'unreachable',
    'login attempt to http://127.0.0.1:5000/v2/ failed with status: 503 Service Unavailable',
    'login attempt to http://127.0.0.1:5000/v2/ failed with status: 404 Not Found',
    'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    'Get "https://no-such-host.invalid:5000/v2/": dial tcp: lookup no-such-host.invalid on 10.0.0.53:53: no such host',
    'Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: permission denied',
    'Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: no route to host',
    'Get "https://r/v2/": net/http: TLS handshake timeout',
    'Get "https://r/v2/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'Get "https://r/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded)',
    'Get "https://r/v2/": EOF',
    'Get "https://r/v2/": read tcp 10.0.0.2:1->10.0.0.1:443: read: connection reset by peer',
    'Get "https://r/v2/": proxyconnect tcp: dial tcp 10.0.0.9:3128: i/o timeout',
    'Get "https://r/v2/": Forbidden',
    'Get "https://r/v2/": Proxy Authentication Required',
  ],
  [
    'daemon',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Post http://%2Fvar%2Frun%2Fdocker.sock/v1.24/auth: dial unix /var/run/docker.sock: connect: permission denied',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
  ],
  [
    'not-stored',
    'Error saving credentials: mkdir /x: permission denied',
    'Error saving credentials: error storing credentials - err: exit status 1, out: `Cannot autolaunch D-Bus without X11 $DISPLAY`',
    'Error saving credentials: open /x/config.json: no space left on device',
  ],
  [
    'no-password-stdin',
    "unknown flag: --password-stdin\nSee 'docker login --help'.",
    "flag provided but not defined: --password-stdin\nSee 'docker login --help'.",
  ],
  ['unknown', '', 'Segmentation fault', 'Error: something new', 'Konto gesperrt'],
];

describe.each(TABLE.map(([trouble, ...texts]) => ({ trouble, texts })))('$trouble', ({ trouble, texts }) => {
  test.each(texts)('%s', (text) => {
    expect(loginTrouble(`${text}\n`, NAME)).toBe(trouble);
    expect(loginTrouble(`${LOG}${text}\n\n`, NAME)).toBe(trouble);
  });
});

test('the last line that says something counts, not the log nor what comes after it', () => {
  const text = `${LOG}WARNING! Something about unauthorized use\nEOF\nunauthorized: no\nRun 'docker login --help' for more\n`;
  expect(loginTrouble(text, NAME)).toBe('refused');
  expect(tellingLines(text)).toEqual(['EOF', 'unauthorized: no', "Run 'docker login --help' for more"]);
  expect(loginTrouble(LOG, NAME)).toBe('unknown');
});

test.each([
  'Get "https://unauthorized.example.com:429/v2/": dial tcp: lookup unauthorized.example.com: no such host',
  'Get https://unauthorized.example.com:429/v2/: dial tcp 10.0.0.1:429: connect: connection refused',
])('names and ports of a registry are not taken for its words: %s', (text) => {
  expect(loginTrouble(text, 'unauthorized.example.com:429')).toBe('unreachable');
});

describe('how long a registry asks to wait', () => {
  test.each([
    ['Retry-After: 30', 30_000],
    ['HTTP/1.1 429 Too Many Requests\nretry-after: 120\n', 120_000],
    ['unauthorized: too many failed login attempts, try again in 15 minutes', 900_000],
    ['Please try again after 15 minutes.', 900_000],
    ['retry after 45 seconds', 45_000],
    ['wait 30s', 30_000],
    ['try again in one hour', 3_600_000],
    ['try again in a minute', 60_000],
    ['try again in 2h', 7_200_000],
    ['Retry-After: 999999', 86_400_000],
    ['Retry-After: 0', null],
    ['Retry-After: Wed, 21 Oct 2026 07:28:00 GMT', null],
    ['toomanyrequests: too many failed login attempts for username or IP address', null],
    ['Wrong login/password, please try again', null],
    ['', null],
  ])('%j', (text, ms) => expect(askedWaitMs(text)).toBe(ms));
});

test('any text gives a value', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const wait = askedWaitMs(`try again in ${text}`);
      expect(wait === null || (wait > 0 && wait <= 86_400_000)).toBe(true);
      expect(typeof loginTrouble(text, NAME)).toBe('string');
    }),
  );
});
