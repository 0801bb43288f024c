import { expect, test } from 'vitest';
import { troubleOf } from '../../src/marathon-api/trouble.ts';

test.each([
  ['ECONNREFUSED', 'unreachable', /nothing listens/],
  ['ENOTFOUND', 'unreachable', /name is not known/],
  ['ECONNRESET', 'unreachable', /broke/],
  ['EWHATEVER', 'unreachable', /^EWHATEVER$/],
  ['E\u001b[2J', 'unreachable', /^E\\x1b\[2J$/],
  ['', 'unreachable', /broke/],
  ['HPE_INVALID_CONSTANT', 'nonsense', /no HTTP/],
  ['HPE_HEADER_OVERFLOW', 'nonsense', /no HTTP/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted', /signed/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted', /signed/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted', /signed/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted', /signed/],
  ['CERT_HAS_EXPIRED', 'tls', /expired/],
  ['CERT_NOT_YET_VALID', 'tls', /clock/],
  ['CERT_REVOKED', 'tls', /^CERT_REVOKED$/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', /another name/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', /http:\/\//],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls', /HANDSHAKE/],
])('%j is %s, in words for a person', (code, kind, words) => {
  const found = troubleOf(Object.assign(new Error('GET / Authorization: token=abc'), { code }));
  expect(found).toEqual({ kind, words: expect.stringMatching(words) });
});

test('what an error says is not shown', () => {
  expect(JSON.stringify(troubleOf(new Error('token=abc')))).not.toContain('abc');
});
