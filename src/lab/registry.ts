import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How many logins (requests with a credential) there were, and how they ended. */
export interface LoginCount {
  readonly accepted: number;
  readonly refused: number;
}

/** A registry on loopback that does nothing but let in or turn away. */
export interface Registry {
  /** `127.0.0.1:PORT`: what image names would start with. */
  readonly name: string;
  logins(): LoginCount;
  stop(): Promise<void>;
}

export interface RegistryOptions {
  readonly username: string;
  readonly password: string;
  /** The status that logins from this agent get whatever the credential, or undefined for an honest answer. */
  readonly statusFor: (agent: string) => number | undefined;
}

/**
 * Starts the registry: GET /v2/ with HTTP Basic and without tokens, as the distribution specification's API
 * version check has it: 401 with WWW-Authenticate, or 200. Which agent asks, the stand-in docker says in its
 * User-Agent, since all of them come from the same address.
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const wanted = digest(`Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`);
  let accepted = 0;
  let refused = 0;

  const answer = (request: IncomingMessage): number => {
    if (request.url !== '/v2/') return 404;
    const credential = request.headers.authorization;
    if (credential === undefined) return 401;
    const agent = /\(agent ([^)]*)\)/.exec(request.headers['user-agent'] ?? '')?.[1] ?? '';
    const right = timingSafeEqual(digest(credential), wanted);
    const status = options.statusFor(agent) ?? (right ? 200 : 401);
    if (status === 200) accepted += 1;
    else refused += 1;
    return status;
  };

  const server = createServer((request, response) => {
    request.resume();
    const status = answer(request);
    const headers: Record<string, string> = {
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json',
      connection: 'close',
    };
    if (status === 401) headers['www-authenticate'] = 'Basic realm="node-prep lab"';
    response.writeHead(status, headers).end('{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    logins: () => ({ accepted, refused }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// Equal lengths, so that timingSafeEqual may compare them.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
