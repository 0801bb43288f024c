import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import ssh2 from 'ssh2';
import type { Hop } from '../../src/domain/target.ts';
import type { Session, Transport } from '../../src/transports/transport.ts';
import { makeTarget } from '../support/ssh-target.ts';

/** A server to log in to as root, by one ed25519 key. Paths are absolute. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly identity: string;
  readonly knownHosts: string;
}

/** Connects, runs COMMAND, closes. Gives the milliseconds from the call to the first byte of output. */
export type Visit = () => Promise<number>;

export const COMMAND = 'echo hi';

/** This program's client, as users run it: built, and ready for these servers. */
export async function ourTransport(logins: readonly Login[]): Promise<Transport> {
  const built = new URL('../../dist/transports/ssh2/transport.js', import.meta.url).href;
  const { createSsh2Transport }: typeof import('../../src/transports/ssh2/transport.ts') = await import(
    built
  );
  const transport = createSsh2Transport({ agentSocket: null });
  const [problem] = await transport.prepare(logins.map((login) => hop(login)));
  if (problem !== undefined) throw new Error(problem.message);
  return transport;
}

/** One visit by this program's client; the session stays open, for `close`. */
export async function openByUs(
  transport: Transport,
  login: Login,
  jumps: readonly Hop[] = [],
): Promise<{ readonly firstByte: number; readonly session: Session }> {
  const since = performance.now();
  const target = hop(login, jumps);
  const connected = await transport.connect(target, { password: null, ahead: COMMAND, signal: NEVER });
  if (!connected.ok) throw new Error(connected.error.failure.message);
  let firstByte = Number.NaN;
  const command = await connected.value.exec(COMMAND, {
    stdout: () => {
      if (Number.isNaN(firstByte)) firstByte = performance.now() - since;
    },
    stderr: () => {},
  });
  if (!command.ok) throw new Error(command.error.message);
  command.value.end();
  const completed = await command.value.completed;
  if (completed.kind !== 'exited' || completed.code !== 0) throw new Error(JSON.stringify(completed));
  return { firstByte, session: connected.value };
}

const NEVER = new AbortController().signal;

/** A machine that is reached by what the login says and nothing else. */
export function hop({ host, port, identity, knownHosts }: Login, jumps: readonly Hop[] = []) {
  return makeTarget(host, port, { identityFiles: [identity], knownHosts: [knownHosts], jumps });
}

export function visitByUs(transport: Transport, login: Login): Visit {
  return async () => {
    const { firstByte, session } = await openByUs(transport, login);
    await session.close();
    return firstByte;
  };
}

/** ssh2's own client as its README shows it; with `noDelay`, on a socket without Nagle's algorithm. */
export function visitByStock({ host, port, identity }: Login, noDelay: boolean): Visit {
  const privateKey = readFileSync(identity);
  return () =>
    new Promise((resolve, reject) => {
      const since = performance.now();
      let firstByte = Number.NaN;
      const client = new ssh2.Client();
      client.on('error', reject);
      client.on('close', () => resolve(firstByte));
      client.on('ready', () => {
        client.exec(COMMAND, (error, channel) => {
          if (error !== undefined) return reject(error);
          channel.once('data', () => {
            firstByte = performance.now() - since;
          });
          channel.resume().stderr.resume();
          channel.on('close', () => client.end());
        });
      });
      const sock = noDelay ? { sock: connectSocket({ host, port, noDelay }) } : {};
      client.connect({ host, port, username: 'root', privateKey, ...sock });
    });
}

/** The `ssh` program, whatever this machine's ssh_config says; more options may follow. */
export function sshArgv({ host, port, identity, knownHosts }: Login, more: readonly string[] = []): string[] {
  const files = ['-i', identity, '-o', `UserKnownHostsFile=${knownHosts}`];
  const plain = ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-p', String(port)];
  return ['ssh', ...plain, ...files, ...more, `root@${host}`, COMMAND];
}

export function visitBySsh(login: Login, more: readonly string[] = []): Visit {
  const [program = '', ...words] = sshArgv(login, more);
  return () =>
    new Promise((resolve, reject) => {
      const since = performance.now();
      let firstByte = Number.NaN;
      const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => {
        firstByte = performance.now() - since;
      });
      child.stdout.resume();
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve(firstByte) : reject(new Error(`ssh ended: ${code}`)),
      );
    });
}
