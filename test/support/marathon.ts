import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What was asked of the stand-in. */
export interface Seen {
  readonly path: string;
  readonly authorization: string | null;
}

export interface MarathonStandIn {
  readonly url: URL;
  readonly seen: readonly Seen[];
  stop(): Promise<void>;
}

interface Options {
  /** By id, with its slash. */
  readonly apps?: Readonly<Record<string, object>>;
  /** What `Authorization: token=…` must hold; left out: anybody may ask. */
  readonly token?: string;
  /** What /v2/info says; null: not this user. */
  readonly info?: object | null;
  /** Before the API's own paths: `/service/marathon`, as on DC/OS. */
  readonly prefix?: string;
  /** In place of an answer; true where it has answered. */
  readonly instead?: (path: string, response: ServerResponse) => boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly host?: string;
}

/** A stand-in for Marathon over real HTTP(S): it answers /v2/apps/{id} and /v2/info as the API documents them. */
export async function startMarathon(options: Options = {}): Promise<MarathonStandIn> {
  const seen: Seen[] = [];
  const {
    apps = {},
    info = { version: '1.11.24', marathon_config: { mesos_user: 'root' } },
    prefix = '',
  } = options;
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    const authorization = request.headers.authorization ?? null;
    seen.push({ path, authorization });
    if (options.instead?.(path, response) === true) return;
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (options.token !== undefined && authorization !== `token=${options.token}`)
      return answer(401, { message: 'Invalid username or password.' });
    const below = path.startsWith(prefix) ? path.slice(prefix.length) : '';
    if (below === '/v2/info')
      return info === null
        ? answer(403, { message: 'Not Authorized to perform this action!' })
        : answer(200, info);
    const id = /^\/v2\/apps(\/.*)$/.exec(below)?.[1] ?? '';
    const app = apps[decodeURIComponent(id)];
    if (app === undefined) return answer(404, { message: `App '${id}' does not exist` });
    return answer(200, { app });
  };
  const { tls, host = '127.0.0.1' } = options;
  const server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle);
  await new Promise<void>((ready) => server.listen(0, host, ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${tls === undefined ? 'http' : 'https'}://${host}:${port}${prefix}`),
    seen,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
