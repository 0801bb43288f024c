import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Report } from '../../src/domain/report.ts';
import type { Login } from './clients.ts';
import { missingOf, runJson } from './part.ts';
import { addressRange, surprises } from './scale-plan.ts';
import { amount, ratio, table } from './table.ts';

const SIZES = (process.env.BENCH_SIZES ?? '100,1000,10000').split(',').map(Number);
const TARGET_MB = 300;
const TARGET_RATIO = 1.15;
const TOOL = resolve(import.meta.dirname, '../../bin/node-prep.js');

/** What on_terminal.py measures; seconds. */
interface Watched {
  readonly code: number;
  readonly wall: number;
  readonly cpu: number;
  readonly peak_mb: number;
  readonly frames: number;
  readonly first: number | null;
  readonly longest: number | null;
  readonly after: number | null;
  readonly screen: string;
}

interface Run {
  readonly agents: number;
  readonly watched: Watched;
  /** Of the stand-ins, in milliseconds for each agent. */
  readonly standIns: number;
  readonly wrong: readonly string[];
}

/** Whole runs, to as many agents as a big fleet has, in one process, on a terminal: nothing may grow with the fleet. */
export async function scale(): Promise<string> {
  if (process.platform !== 'linux')
    return 'Scale: not measured: it needs Linux, where all of 127.0.0.0/8 is local';
  const missing = missingOf(['python3']);
  if (missing.length > 0) return `Scale: not measured: missing: ${missing.join(', ')}`;
  const program = join(import.meta.dirname, 'scale-server.ts');
  const server = spawn(process.execPath, [program, String(Math.max(...SIZES))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-bench-'));
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
  const said = async () => JSON.parse(String((await lines.next()).value));
  const spent = async (): Promise<number> => {
    server.stdin.write('\n');
    return said();
  };
  try {
    const login: Login = await said();
    const runs: Run[] = [];
    for (const agents of SIZES) {
      const before = await spent();
      const watched = await watch(agents, login, folder);
      const standIns = ((await spent()) - before) / agents;
      const report: Report = JSON.parse(readFileSync(reportOf(folder, agents), 'utf8'));
      runs.push({ agents, watched, standIns, wrong: surprises(report.agents, agents) });
      console.error(`${agents} agents: ${watched.wall.toFixed(1)} s`);
    }
    return tableOf(runs);
  } finally {
    server.stdin.end();
    await once(server, 'exit');
    rmSync(folder, { recursive: true });
  }
}

/** `node-prep run` as an operator sees it: the built program, on a terminal, with all that it remembers and writes. */
async function watch(
  agents: number,
  { port, identity, knownHosts }: Login,
  folder: string,
): Promise<Watched> {
  const inventory = join(folder, `inventory-${agents}.yaml`);
  const content = {
    registries: { 'registry.example.com': { username: 'ci-puller', password: { env: 'REGISTRY_PASSWORD' } } },
    // Both sides share this machine's processors: nobody is to be given up because they are slow.
    ssh: { user: 'root', port, identityFiles: [identity], knownHosts: [knownHosts], connectTimeout: '60s' },
    agents: [addressRange(agents)],
  };
  // JSON is YAML, too.
  writeFileSync(inventory, JSON.stringify(content));
  const run = [TOOL, 'run', inventory, '-o', 'live', '--report', reportOf(folder, agents)];
  const onTerminal = ['python3', join(import.meta.dirname, 'on_terminal.py'), process.execPath, ...run];
  const watched = await runJson<Watched>(onTerminal, {
    PATH: process.env.PATH,
    HOME: folder,
    TERM: 'xterm-256color',
    XDG_STATE_HOME: join(folder, 'state'),
    REGISTRY_PASSWORD: 'bench-password',
  });
  // Some agents are wrong on purpose: that is 1.
  if (watched.code > 1) throw new Error(`node-prep ended with ${watched.code}:\n${watched.screen}`);
  return watched;
}

const reportOf = (folder: string, agents: number) => join(folder, `report-${agents}.json`);

function tableOf(runs: readonly Run[]): string {
  const cpuOf = ({ agents, watched }: Run) => (watched.cpu * 1_000) / agents;
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return '';
  const rows = runs.map((run) => {
    const { agents, watched, standIns, wrong } = run;
    return [
      `${agents} agents`,
      wrong.length === 0 ? 'all right' : `${wrong.length} wrong`,
      amount(watched.wall, 1, 's'),
      amount(cpuOf(run), 1, 'ms'),
      ratio(cpuOf(run), cpuOf(first)),
      amount(watched.peak_mb, 0, 'MB'),
      amount((watched.longest ?? Number.NaN) * 1_000, 0, 'ms'),
      amount((watched.first ?? Number.NaN) * 1_000, 0, 'ms'),
      amount((watched.after ?? Number.NaN) * 1_000, 0, 'ms'),
      amount(standIns, 1, 'ms'),
    ];
  });
  const head = [
    ...['', 'outcomes', 'wall', 'CPU per agent', 'ratio', 'memory'],
    ...['longest wait for a frame', 'first frame', 'after the last', "stand-ins' CPU per agent"],
  ];
  const title =
    'Whole runs in one process on a terminal, against stand-in agents (SSH is real, behind it are no shell and no ' +
    `Docker; one in a hundred is wrong on purpose); Node ${process.version}:`;
  const wrong = runs.flatMap((run) => run.wrong.slice(0, 5));
  return table(title, head, rows, [
    `${last.agents} agents are to take at most ${TARGET_MB} MB: ${amount(last.watched.peak_mb, 0, 'MB')}; and for each ` +
      `of them at most ${TARGET_RATIO} of the CPU at ${first.agents}: ${ratio(cpuOf(last), cpuOf(first))}.`,
    ...wrong.map((line) => `Wrong: ${line}`),
  ]);
}
