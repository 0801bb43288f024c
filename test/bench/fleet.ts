import { resolve } from 'node:path';
import { missingSystemParts } from '../support/skipped.ts';
import { type Fleet, startFleet } from '../system/support/fleet.ts';
import { startRegistry } from '../system/support/registry.ts';
import { newOperator, PASSWORD_VARIABLE, registryEntry, sshOf } from '../system/support/tool.ts';
import { type Visits, visitsOf } from '../system/support/visits.ts';
import { type Cost, measure, median } from './measure.ts';
import { peers } from './peers.ts';
import { amount, ratio, table } from './table.ts';

const AGENTS = Number(process.env.BENCH_AGENTS ?? 100);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const PASSWORD = 'bench-password';
const TOOL = resolve(import.meta.dirname, '../../bin/node-prep.js');
// All agents share this machine's processors with us: more at once would only make them wait for each other.
const AT_ONCE = 16;

// Who takes longer than this, or fails, has one round only.
const PATIENCE_S = 240;

interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  readonly rounds: (Cost & Visits)[];
}

/**
 * node-prep beside what people do today, on the same fleet of real sshd and Docker agents, in one run. Alone, only
 * `check` is held against `run`.
 */
export async function fleet({ alone = false } = {}): Promise<string> {
  const lacking = missingSystemParts();
  if (lacking.length > 0) return `Fleet: not measured: missing: ${lacking.join(', ')}`;
  const agents = await startFleet({ agents: AGENTS });
  try {
    const registry = await startRegistry(agents.enclave, {
      name: '127.9.9.9:5000',
      users: { 'ci-puller': PASSWORD },
    });
    const operator = newOperator(agents);
    const inventory = operator.inventory({
      registries: { [registry.name]: registryEntry() },
      ssh: sshOf(agents, { connectTimeout: '60s' }),
      agents: agents.agents.map(({ name, address }) => ({ name, host: address })),
    });
    const { folder } = operator;
    const job = { fleet: agents, folder, registry: registry.name, password: PASSWORD, atOnce: AT_ONCE };
    const { installed, missing } = alone ? { installed: [], missing: [] } : peers(job);
    // What the others install holds whatever their agents were logged in to.
    const words = ['run', inventory, '--drop-other-registries', '-c', String(AT_ONCE)];
    const ours = [process.execPath, TOOL, ...words];
    // Behind the run, so that there is something to prove, and before the others put something else there.
    const check = [process.execPath, TOOL, 'check', inventory, '-c', String(AT_ONCE)];
    const both = [
      { name: 'node-prep run', argv: ours },
      { name: 'node-prep check', argv: check },
    ];
    const contenders: Contender[] = [...both, ...installed].map(({ name, argv }) => ({
      name,
      argv,
      rounds: [],
    }));
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      XDG_STATE_HOME: operator.state,
      [PASSWORD_VARIABLE]: PASSWORD,
      ANSIBLE_LOCALHOST_WARNING: 'false',
    };
    // In turn, round by round, so that a machine that slows down slows all of them.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const contender of contenders) {
        if (round > 0 && (contender.rounds[0]?.wall ?? Number.POSITIVE_INFINITY) > PATIENCE_S) continue;
        const enter = ['nsenter', '-t', String(agents.enclave.pid), '-n', '--'];
        const before = visitsTo(agents);
        const cost = await measure([...enter, ...contender.argv], env, folder);
        const after = visitsTo(agents);
        const visits = { logins: after.logins - before.logins, commands: after.commands - before.commands };
        if (cost.code !== 0)
          console.error(`${contender.name} ended with exit code ${cost.code}: its figures do not count`);
        if (cost.code === 0) contender.rounds.push({ ...cost, ...visits });
        console.error(`round ${round + 1}: ${contender.name}: ${cost.wall.toFixed(2)} s`);
      }
    }
    return tableOf(contenders, missing);
  } finally {
    await agents.close();
  }
}

function visitsTo({ agents }: Fleet): Visits {
  const seen = agents.map(visitsOf);
  const sum = (part: keyof Visits) => seen.reduce((all, visits) => all + visits[part], 0);
  return { logins: sum('logins'), commands: sum('commands') };
}

function tableOf(contenders: readonly Contender[], missing: readonly string[]): string {
  const [ours] = contenders;
  const of = (contender: Contender | undefined, part: (cost: Cost & Visits) => number) =>
    median(contender?.rounds.map(part) ?? []);
  const rows = contenders.map((contender) => {
    const wall = of(contender, (cost) => cost.wall);
    const cpu = of(contender, (cost) => cost.cpu);
    return [
      contender.name,
      amount(wall, 2, 's'),
      ratio(
        wall,
        of(ours, (cost) => cost.wall),
      ),
      amount((cpu * 1_000) / AGENTS, 1, 'ms'),
      ratio(
        cpu,
        of(ours, (cost) => cost.cpu),
      ),
      amount(
        of(contender, (cost) => cost.peakMb),
        0,
        'MB',
      ),
      ...(['logins', 'commands'] as const).map((part) =>
        ratio(
          of(contender, (cost) => cost[part]),
          AGENTS,
        ),
      ),
      String(contender.rounds.length),
    ];
  });
  const head = [
    ...['', 'wall', 'ratio', 'client CPU per agent', 'ratio', 'largest process'],
    ...['connections per agent', 'commands per agent', 'rounds'],
  ];
  const title = `${AGENTS} agents, ${AT_ONCE} at once, medians, Node ${process.version}:`;
  return table(title, head, rows, missing.length === 0 ? [] : [`Not installed: ${missing.join(', ')}.`]);
}
