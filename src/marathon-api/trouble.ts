import { printable } from '../lib/printable.ts';

/**
 * Why there is no response. `untrusted`: nobody whom we trust has signed the certificate; `tls`: anything else about
 * TLS; `nonsense`: what came is no HTTP, or too much.
 */
export interface Trouble {
  readonly kind: 'unreachable' | 'untrusted' | 'tls' | 'nonsense' | 'interrupted';
  /** For a person, in the middle of a sentence. */
  readonly words: string;
}

// OpenSSL's names for a chain that ends nowhere, or at somebody unknown (openssl-verification-options(1)).
const UNTRUSTED =
  /^(UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|DEPTH_ZERO_SELF|SELF_SIGNED_CERT|CERT_UNTRUSTED)/;

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'no name server answers',
  EHOSTUNREACH: 'there is no way to that machine',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'no answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there: is it http:// ?',
  EPROTO: 'it does not speak TLS there: is it http:// ?',
};

/** What an error of node:http, node:https or node:tls means. Its message is not shown: it may hold what was sent. */
export function troubleOf({ code = '' }: NodeJS.ErrnoException): Trouble {
  const words = WORDS[code];
  if (UNTRUSTED.test(code)) return { kind: 'untrusted', words: `nobody known has signed it (${code})` };
  if (/^(CERT|ERR_TLS|ERR_SSL|UNABLE_TO|EPROTO|ERR_OSSL)/.test(code)) {
    return { kind: 'tls', words: words ?? printable(code, 100) };
  }
  if (code.startsWith('HPE_')) return { kind: 'nonsense', words: 'what it says is no HTTP' };
  return {
    kind: 'unreachable',
    words: words ?? (code === '' ? 'the connection broke' : printable(code, 100)),
  };
}
