import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Secret } from '../../src/domain/secret.ts';
import { Secret as SecretText } from '../../src/domain/secret.ts';
import type { SshSpec, Target } from '../../src/domain/target.ts';
import { createSsh2Transport, type Ssh2Options } from '../../src/transports/ssh2/transport.ts';
import type { ConnectFailure, Transport } from '../../src/transports/transport.ts';
import {
  type KeyPair,
  type LoopbackServer,
  makeKeyPair,
  type SshBehaviour,
  startSshServer,
  startTcpServer,
} from './ssh-server.ts';
import { makeTarget } from './ssh-target.ts';

/** What the tests of the transport against servers in this process share; all that is opened is closed after each. */
export const HOST_KEY = makeKeyPair();
export const OTHER_HOST_KEY = makeKeyPair('ecdsa');
const USER_KEY = makeKeyPair();
export const PASSWORD = new SecretText('sentinel-password');
/** A signal that nobody aborts. */
export const NEVER = new AbortController().signal;

let folder = '';
const cleanups: (() => Promise<unknown>)[] = [];

/** To be called once per file: a folder of its own for every test, with the user's key in it. */
export function useSshFixture(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'node-prep-transport-'));
    await writeFile(at('key'), USER_KEY.privateText, { mode: 0o600 });
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await rm(folder, { recursive: true, force: true });
  });
}

/** A path in the test's folder. */
export const at = (name: string) => join(folder, name);

export function afterThisTest(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

export function transport(options: Partial<Ssh2Options> = {}): Transport {
  const it = createSsh2Transport({ agentSocket: null, ...options });
  afterThisTest(() => it.close());
  return it;
}

/** A server that is no SSH server. */
export async function tcp(onSocket: (socket: Socket) => void): Promise<LoopbackServer> {
  const server = await startTcpServer(onSocket);
  afterThisTest(() => server.stop());
  return server;
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<{ readonly host: string; readonly port: number }> {
  const { host, port, stop } = await startTcpServer(() => undefined);
  await stop();
  return { host, port };
}

/** An SSH server with the known host key. */
export async function ssh(behaviour: Partial<SshBehaviour> = {}): Promise<LoopbackServer> {
  const server = await startSshServer({ hostKeys: [HOST_KEY], ...behaviour });
  afterThisTest(() => server.stop());
  return server;
}

/** A target for a server, with the user's key configured and this host key, or none, in known_hosts. */
export async function targetFor(
  { host, port }: { readonly host: string; readonly port: number },
  spec: Partial<SshSpec> = {},
  hostKey: KeyPair | null = HOST_KEY,
): Promise<Target> {
  await writeFile(at('known_hosts'), hostKey === null ? '' : `[${host}]:${port} ${hostKey.publicText}\n`);
  return makeTarget(host, port, { identityFiles: [at('key')], knownHosts: [at('known_hosts')], ...spec });
}

/** Why a connection could not be had; fails the test where it could. */
export async function refusal(
  it: Transport,
  target: Target,
  password: Secret | null = null,
): Promise<ConnectFailure> {
  const session = await it.connect(target, {
    password: password === null ? null : async () => password,
    ahead: null,
    signal: NEVER,
  });
  if (session.ok) throw new Error('it connected');
  return session.error;
}
