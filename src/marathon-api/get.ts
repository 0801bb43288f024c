import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import tls from 'node:tls';
import { err, ok, type Result } from '../lib/result.ts';

/** A response, read whole. */
export interface Got {
  readonly status: number;
  /** Empty where there is none. */
  readonly location: string;
  readonly body: Uint8Array;
}

/** Why there is none, in words for a person; `tls` for a certificate that is not trusted. */
export interface NotGot {
  readonly kind: 'unreachable' | 'tls' | 'too-large' | 'late' | 'interrupted';
  readonly words: string;
}

/** What one GET needs. */
export interface GetOptions {
  readonly token: string | null;
  /** PEM, beside what Node trusts by itself. */
  readonly ca: string | null;
  readonly signal: AbortSignal;
}

const MOST_BYTES = 8 * 1024 * 1024;
const LONGEST_MS = 10_000;

/** OpenSSL's and Node's codes for a certificate that does not do. */
const TLS_CODE = /CERT|SSL|TLS|UNABLE_TO|ALTNAME|SELF_SIGNED/;

/** What Node trusts by itself, with NODE_EXTRA_CA_CERTS where it can tell (Node 22.15 and newer). */
function usualRoots(): readonly string[] {
  return tls.getCACertificates?.('default') ?? tls.rootCertificates;
}

/** One GET, bounded in time and size, that follows nothing. Never rejects. */
export function get(url: URL, { token, ca, signal }: GetOptions): Promise<Result<Got, NotGot>> {
  return new Promise((resolve) => {
    const late = AbortSignal.timeout(LONGEST_MS);
    const options = {
      // What DC/OS expects: not Bearer (docs.mesosphere.com, "IAM API").
      headers: { accept: 'application/json', ...(token === null ? {} : { authorization: `token=${token}` }) },
      signal: AbortSignal.any([signal, late]),
      agent: false as const,
    };
    const https = url.protocol === 'https:';
    const trusted = ca === null || !https ? {} : { ca: [...usualRoots(), ca] };
    const send = https ? httpsRequest : httpRequest;
    const fail = (error: NodeJS.ErrnoException) => {
      if (signal.aborted) return resolve(err({ kind: 'interrupted', words: 'interrupted' }));
      if (late.aborted)
        return resolve(err({ kind: 'late', words: `no answer within ${LONGEST_MS / 1_000} seconds` }));
      const kind = TLS_CODE.test(error.code ?? '') ? 'tls' : 'unreachable';
      resolve(err({ kind, words: error.code ?? 'the connection broke' }));
    };
    // Node throws at what no header can hold.
    if (token !== null && !/^[\x21-\x7e]+$/.test(token))
      return resolve(
        err({ kind: 'unreachable', words: 'the token holds characters that no header can hold' }),
      );
    const request = send(url, { ...options, ...trusted }, (response) => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      response.on('error', fail);
      response.on('data', (chunk: Uint8Array) => {
        size += chunk.length;
        if (size <= MOST_BYTES) return void chunks.push(chunk);
        resolve(err({ kind: 'too-large', words: 'it answers more than 8 MiB' }));
        request.destroy();
      });
      response.on('end', () =>
        resolve(
          ok({
            status: response.statusCode ?? 0,
            location: response.headers.location ?? '',
            body: Buffer.concat(chunks),
          }),
        ),
      );
      response.on('close', () => fail(new Error('the connection broke')));
    });
    request.on('error', fail);
    request.end();
  });
}
