import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { err, ok, type Result } from '../lib/result.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** A response, read whole; of a redirect only where it leads. */
export interface Got {
  readonly status: number;
  /** Where a redirect leads, as the server wrote it; null for any other response. */
  readonly location: string | null;
  readonly body: Uint8Array;
}

/** What one GET needs. */
export interface GetOptions {
  readonly token: string | null;
  /** Who may sign the server's certificate, PEM. */
  readonly ca: readonly string[];
  readonly signal: AbortSignal;
  /** From the name's look-up to the last byte, in milliseconds. */
  readonly timeoutMs: number;
}

const MOST_BYTES = 8 * 1024 * 1024;
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 303, 307, 308];

/** One GET, bounded in time and size, that follows nothing. Never rejects. */
export function get(url: URL, { token, ca, signal, timeoutMs }: GetOptions): Promise<Result<Got, Trouble>> {
  return new Promise((resolve) => {
    const late = AbortSignal.timeout(timeoutMs);
    const stop = AbortSignal.any([signal, late]);
    const fail = (thrown: unknown) => {
      if (signal.aborted) return resolve(err({ kind: 'interrupted', words: 'interrupted' }));
      const words = `no whole answer within ${timeoutMs / 1_000} seconds`;
      resolve(err(late.aborted ? { kind: 'unreachable', words } : troubleOf(thrown as Error)));
    };
    const options = {
      // What DC/OS expects: not Bearer (docs.mesosphere.com, "IAM API").
      headers: { accept: 'application/json', ...(token === null ? {} : { authorization: `token=${token}` }) },
      signal: stop,
      agent: false as const,
    };
    const answered = (response: IncomingMessage) => {
      const chunks: Uint8Array[] = [];
      const { statusCode: status = 0, headers } = response;
      const end = (got: Result<Got, Trouble>) => {
        resolve(got);
        response.destroy();
      };
      response.on('error', fail);
      response.on('close', () => fail(new Error('it ended in the middle')));
      if (REDIRECTS.includes(status))
        return end(ok({ status, location: headers.location ?? '', body: Buffer.alloc(0) }));
      let size = 0;
      response.on('data', (chunk: Uint8Array) => {
        size += chunk.length;
        if (size > MOST_BYTES) return end(err({ kind: 'nonsense', words: 'it says more than 8 MiB' }));
        chunks.push(chunk);
      });
      response.on('end', () => end(ok({ status, location: null, body: Buffer.concat(chunks) })));
    };
    // Whatever state the request is in by then.
    stop.addEventListener('abort', fail, { once: true });
    try {
      const request =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, ca: [...ca] }, answered)
          : httpRequest(url, options, answered);
      request.on('error', fail);
      request.on('upgrade', (_, socket) => {
        socket.destroy();
        resolve(err({ kind: 'nonsense', words: 'it changes to another protocol' }));
      });
      request.end();
    } catch (thrown) {
      fail(thrown);
    }
  });
}
