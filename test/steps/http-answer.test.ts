import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readHttp } from '../../src/steps/http-answer.ts';

const lines = (...all: string[]) => Buffer.from(all.join('\r\n'));
const read = (...all: string[]) => readHttp(lines(...all));

test('a response has a status, challenges, a body, and words that may be quoted', () => {
  const http = read(
    'HTTP/1.1 401 Unauthorized',
    'Set-Cookie: session=1',
    'WWW-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
    'www-authenticate: Basic realm="a, \\"b\\" = c"',
    '',
    '{"errors":[]}',
  );
  expect(http).toEqual({
    status: 401,
    challenges: [
      {
        scheme: 'bearer',
        parameters: new Map([
          ['realm', 'https://auth.docker.io/token'],
          ['service', 'registry.docker.io'],
        ]),
      },
      { scheme: 'basic', parameters: new Map([['realm', 'a, "b" = c']]) },
    ],
    words: 'HTTP/1.1 401 Unauthorized\n{"errors":[]}',
    body: '{"errors":[]}',
  });
});

test('several challenges may share a header', () => {
  const http = read(
    'HTTP/2 401 ',
    'www-authenticate: Basic realm=x, Bearer realm="https://a/",scope="b:c,d"',
    '',
    '',
  );
  expect(http?.challenges.map(({ scheme }) => scheme)).toEqual(['basic', 'bearer']);
  expect(http?.challenges[1]?.parameters.get('scope')).toBe('b:c,d');
});

test.each([
  [
    'a proxy that connects',
    ['HTTP/1.1 200 Connection established', 'Via: x', '', 'HTTP/1.1 401 Unauthorized', '', ''],
    401,
  ],
  ['an interim response', ['HTTP/1.1 100 Continue', '', 'HTTP/1.1 429 Too Many Requests', '', ''], 429],
  ['a body that looks like a response', ['HTTP/1.1 404 Not Found', '', 'HTTP/1.1 200 OK', '', ''], 404],
  ['words of curl before it', ['Warning: x', 'HTTP/1.1 200 OK', '', ''], 200],
])('%s', (_, all, status) => expect(read(...all)?.status).toBe(status));

test.each([
  ['30', 'Wed, 21 Oct 2026 07:28:00 GMT', '30'],
  ['Wed, 21 Oct 2026 07:29:30 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT', '90'],
  ['Wed, 21 Oct 2026 07:00:00 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT', '0'],
  ['soon', 'Wed, 21 Oct 2026 07:28:00 GMT', 'soon'],
])('Retry-After: %s, at %s, is %s seconds', (retry, date, seconds) => {
  const http = read('HTTP/1.1 429 Too Many Requests', `Date: ${date}`, `Retry-After: ${retry}`, '', '');
  expect(http?.words).toBe(`HTTP/1.1 429 Too Many Requests\nRetry-After: ${seconds}`);
});

test.each([[''], ['curl: (6) Could not resolve host'], ['HTTP/1.1 200 OK'], ['HTTP/1.1 2000 OK\r\n\r\n']])(
  '%j is no response',
  (text) => expect(readHttp(Buffer.from(text))).toBeNull(),
);

test('any bytes give a value', () => {
  const header = fc.string().map((text) => lines('HTTP/1.1 401 x', `WWW-Authenticate: ${text}`, '', ''));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), header), (bytes) => {
      const http = readHttp(bytes);
      expect(http === null || http.status >= 100).toBe(true);
    }),
  );
  expect(readHttp(lines('HTTP/1.1 401 x', `WWW-Authenticate: ${'a="'.repeat(20_000)}`, '', ''))?.status).toBe(
    401,
  );
});
