import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import { onTestFinished } from 'vitest';
import { type Lab, type LabOptions, startLab } from '../../src/lab/lab.ts';

/** The user that runs the tests, as a lab wants it. */
export const USER = { name: userInfo().username, group: String(userInfo().gid) };

/** A fleet in a fresh folder. */
export async function practice(
  options: Partial<LabOptions> = {},
): Promise<Lab & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'node-prep-lab-'));
  const lab = await startLab({
    agents: 1,
    folder,
    node: process.execPath,
    path: process.env.PATH ?? '/usr/bin:/bin',
    user: USER,
    faults: {},
    ...options,
  });
  return { ...lab, folder };
}

/** A fleet that is there until the test ends. */
export async function briefly(options: Partial<LabOptions> = {}): ReturnType<typeof practice> {
  const lab = await practice(options);
  onTestFinished(lab.stop);
  return lab;
}

/** Numbers of the processes whose command line holds the text. */
export function processes(text: string): number[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}

/** The port of one agent, from the inventory. */
export function portOf(lab: Lab, agent: string): number {
  return Number(new RegExp(`name: ${agent}, .*port: (\\d+)`).exec(lab.inventoryText)?.[1]);
}

/** An authenticated connection to one agent; `changes` replaces what is right. */
export async function logIn(lab: Lab, agent = 'agent-01', changes: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  const privateKey = await readFile(lab.login.keyFile);
  const ready = once(client, 'ready');
  // Without noDelay each command would wait some 200 ms for the kernel.
  const sock = connect({ host: '127.0.0.1', port: portOf(lab, agent), noDelay: true });
  client.connect({ sock, username: lab.login.user, privateKey, ...changes });
  await ready;
  client.on('error', () => undefined);
  return client;
}

export interface Ended {
  readonly code: number | null | undefined;
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Runs a command line on a connection, sends the input and its end, and takes everything that comes back. */
export async function execute(
  client: Client,
  command: string,
  input: Uint8Array | string = '',
): Promise<Ended> {
  const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  let code: number | null | undefined;
  let signal: string | undefined;
  channel.on('exit', (exitCode: number | null, name?: string) => {
    code = exitCode;
    signal = name;
  });
  const closed = once(channel, 'close');
  channel.end(input);
  const [stdout, stderr] = await Promise.all([buffer(channel), buffer(channel.stderr)]);
  await closed;
  return { code, signal, stdout, stderr };
}

/** Logs in, runs one command line, and logs out. */
export async function run(
  lab: Lab,
  agent: string,
  command: string,
  input: Uint8Array | string = '',
): Promise<Ended> {
  const client = await logIn(lab, agent);
  try {
    return await execute(client, command, input);
  } finally {
    client.end();
  }
}

/** Waits until the condition holds; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A bare connection to a port. */
export function dial(port: number): Socket {
  return connect(port, '127.0.0.1');
}
