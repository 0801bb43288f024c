import { existsSync, mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Enclave } from './enclave.ts';
import { eventually } from './eventually.ts';

/** The sockets that an agent's /run/docker.sock can be, by the enclave's paths, and when the daemon answers. */
export interface Daemon {
  readonly works: string;
  readonly hangs: string;
  readonly ready: Promise<void>;
  close(): void;
}

/**
 * Starts the fleet's dockerd (real, with a containerd of its own, without networks), and a socket that takes
 * connections and never answers, as a hung daemon's does. All agents share them.
 */
export async function startDockerd(enclave: Enclave): Promise<Daemon> {
  const home = join(enclave.inner, 'dockerd');
  mkdirSync(enclave.at(home));
  const works = join(home, 'docker.sock');
  const hangs = join(home, 'hung.sock');
  const folders = ['--data-root', join(home, 'data'), '--exec-root', join(home, 'exec')];
  const quiet = ['--bridge=none', '--iptables=false', '--log-level=warn'];
  const files = ['--pidfile', join(home, 'pid'), '-H', `unix://${works}`];
  enclave.start(['dockerd', ...quiet, ...folders, ...files], join(enclave.folder, 'dockerd.log'));
  const hung = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => hung.listen(enclave.at(hangs), resolve));
  // The socket is there long before the daemon answers, and what is to be bound to it must wait for no more.
  await eventually(() => existsSync(enclave.at(works)), 'dockerd did not make its socket');
  const ready = eventually(() => ping(enclave.at(works)), 'dockerd does not answer');
  return { works, hangs, ready, close: () => end(hung) };
}

function end(server: Server): void {
  server.close();
  server.unref();
}

function ping(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping' }, (answer) =>
      resolve(answer.resume().statusCode === 200),
    );
    asked.on('error', () => resolve(false)).end();
  });
}
