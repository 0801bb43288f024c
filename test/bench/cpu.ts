import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Login, sshArgv } from './clients.ts';
import type { Spent } from './cpu-client.ts';
import { measure, median } from './measure.ts';
import { cannotRun, runJson } from './part.ts';
import { amount, ratio, table } from './table.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 300);
const WARM_UPS = Math.ceil(CONNECTIONS / 3);
const AT_ONCE = 8;
const TARGET_MS = 4.5;
const TARGET_OF_SSH = 0.25;
const CURVE25519 = ['-o', 'KexAlgorithms=curve25519-sha256'];

interface Server {
  readonly name: string;
  readonly login: Login;
  readonly process: ChildProcess;
}

/** What one connect, exec and close takes of the client's processor, against servers in other processes. */
export async function cpu(): Promise<string> {
  const why = cannotRun(['ssh', 'ssh-keygen', 'xargs', 'seq', 'bash', '/usr/sbin/sshd']);
  if (why !== null) return `CPU: not measured: ${why}`;
  const servers = [await start('sshd', 'far-end.ts'), await start("ssh2's server", 'cpu-server.ts')];
  try {
    const tables: string[] = [];
    for (const server of servers) tables.push(await against(server));
    return tables.join('\n\n');
  } finally {
    for (const { process: child } of servers) {
      child.stdin?.end();
      await once(child, 'exit');
    }
  }
}

async function start(name: string, program: string): Promise<Server> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = await once(createInterface(child.stdout), 'line');
  return { name, login: JSON.parse(String(said)), process: child };
}

async function against({ name, login }: Server): Promise<string> {
  const us = (who: string) => () => {
    const words = [who, JSON.stringify(login), WARM_UPS, CONNECTIONS, AT_ONCE].map(String);
    return runJson<Spent>([process.execPath, join(import.meta.dirname, 'cpu-client.ts'), ...words]);
  };
  const found = [
    { name: 'node-prep', spend: us('ours'), rounds: [] as Spent[] },
    { name: "ssh2's client", spend: us('stock'), rounds: [] as Spent[] },
    // The key exchange that the others use too: ssh's own first choice is a post-quantum one, which costs it more.
    { name: '`ssh`, by curve25519', spend: () => programs(login, CURVE25519), rounds: [] as Spent[] },
    { name: '`ssh`', spend: () => programs(login), rounds: [] as Spent[] },
  ];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of found) contender.rounds.push(await contender.spend());
  }
  const of = (index: number, part: keyof Spent) => median(found[index]?.rounds.map((it) => it[part]) ?? []);
  const rows = found.map((contender, index) => [
    contender.name,
    amount(of(index, 'cpu'), 2, 'ms'),
    amount(Math.min(...contender.rounds.map((it) => it.cpu)), 2, 'ms'),
    ratio(of(index, 'cpu'), of(0, 'cpu')),
    amount(of(index, 'wall'), 2, 'ms'),
  ]);
  const title =
    `Client CPU for one connect, exec and close against ${name}, ed25519 keys, ${CONNECTIONS} of them, ${AT_ONCE} at ` +
    `once, after ${WARM_UPS} for warming up; medians of ${ROUNDS} rounds, Node ${process.version}:`;
  return table(title, ['', 'CPU', 'best', 'ratio', 'wall'], rows, [
    `node-prep is to need at most ${TARGET_MS} ms: ${amount(of(0, 'cpu'), 2, 'ms')}; and at most ${TARGET_OF_SSH} of ` +
      `\`ssh\` by the same key exchange: ${ratio(of(0, 'cpu'), of(2, 'cpu'))}.`,
  ]);
}

/** As many `ssh` processes; there is nothing to warm up. */
async function programs(login: Login, options: readonly string[] = []): Promise<Spent> {
  const script = `count=$1 lanes=$2; shift 2; seq "$count" | xargs -P "$lanes" -I {} "$@"`;
  const words = [String(CONNECTIONS), String(AT_ONCE), ...sshArgv(login, options)];
  const { PATH = '', HOME = '/' } = process.env;
  const cost = await measure(['bash', '-c', script, 'bash', ...words], { PATH, HOME }, '/');
  if (cost.code !== 0) throw new Error(`ssh did not log in (${cost.code})`);
  return { cpu: (cost.cpu * 1_000) / CONNECTIONS, wall: (cost.wall * 1_000) / CONNECTIONS };
}
