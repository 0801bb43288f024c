/**
 * A program of its own, run inside the fleet's enclave: stand-ins for what no Debian package gives. None of them
 * is an agent or a registry; each plays one part of one.
 */
import { createSign, randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';

const [certificate = '', key = '', log = ''] = process.argv.slice(2);
const say = (line: string) => appendFileSync(log, `${line}\n`);
const quiet = (socket: Socket) => socket.on('error', () => {});

// Hosts that are no SSH servers (see places.ts).
createTcpServer((socket) => quiet(socket).destroy()).listen(22, '127.78.0.1');
createTcpServer((socket) => quiet(socket)).listen(22, '127.78.0.2');
createHttpServer((_, response) => response.end('hello')).listen(22, '127.78.0.3');

/** A registry that takes no more logins for now: what Docker Hub answers after too many. */
createHttpServer((request, response) => {
  if (request.headers.authorization === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="busy"' }).end();
  } else {
    say('rate-limited');
    response.writeHead(429, { 'retry-after': '1' }).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}');
  }
}).listen(5000, '127.9.9.10');

/** A registry whose backend is gone. */
createHttpServer((_, response) => response.writeHead(503).end()).listen(5000, '127.9.9.12');

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What an account may do with a repository: ci-puller pulls what is not closed to it, the pusher does anything. */
function accessTo(scopes: readonly string[], account: string): object[] {
  return scopes.flatMap((scope) => {
    const [type = '', name = '', actions = ''] = scope.split(':');
    const wanted = actions.split(',');
    const may =
      account === 'pusher'
        ? wanted
        : wanted.filter((action) => action === 'pull' && !name.startsWith('closed/'));
    return may.length === 0 ? [] : [{ type, name, actions: may }];
  });
}

function accessToken(service: string, account: string, scopes: readonly string[]): string {
  const der = readFileSync(certificate, 'utf8').replace(/-----.*-----|\n/g, '');
  const now = Math.floor(Date.now() / 1_000);
  const times = { iat: now, nbf: now - 10, exp: now + 300 };
  const access = accessTo(scopes, account);
  const claims = { iss: 'stand-in', sub: account, aud: service, jti: randomUUID(), access, ...times };
  const body = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [der] })}.${encode(claims)}`;
  return `${body}.${createSign('RSA-SHA256').update(body).sign(readFileSync(key, 'utf8')).toString('base64url')}`;
}

const refreshTokens = new Set<string>();

/**
 * The token server of a registry that hands out identity tokens, as Azure's does (distribution's specification,
 * "Docker Registry v2 Bearer token specification"): a new refresh token for every login with a password.
 */
async function answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://token');
  let body = '';
  for await (const chunk of request) body += chunk;
  const asked = new URLSearchParams(request.method === 'POST' ? body : url.search);
  const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [user = '', password = ''] = Buffer.from(basic, 'base64').toString().split(':');
  const account = asked.get('username') ?? user;
  const given = asked.get('password') ?? password;
  const byPassword = ['ci-puller', 'pusher'].includes(account) && given === 'token-password';
  const byToken = refreshTokens.has(asked.get('refresh_token') ?? '');
  say(`token ${byPassword ? 'password' : byToken ? 'refresh' : 'refused'}`);
  if (!byPassword && !byToken) {
    response.writeHead(401).end('{"details":"incorrect username or password"}');
    return;
  }
  const refresh = randomUUID();
  refreshTokens.add(refresh);
  const scopes = asked.getAll('scope').flatMap((scope) => scope.split(' '));
  const token = accessToken(asked.get('service') ?? '', account, scopes);
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      token,
      access_token: token,
      expires_in: 300,
      refresh_token: byToken ? asked.get('refresh_token') : refresh,
    }),
  );
}

createHttpServer((request, response) => void answerToken(request, response)).listen(5001, '127.9.9.11', () =>
  say('ready'),
);
