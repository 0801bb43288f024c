// `npm run bench`: node-prep beside what people do today, on the same fleet of real sshd and Docker agents, in one
// run. Needs root and the parts of `npm run test:setup`; ansible-core is measured where it is installed.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Fleet, startFleet } from '../system/support/fleet.ts';
import { startRegistry } from '../system/support/registry.ts';
import { newOperator, PASSWORD_VARIABLE, registryEntry, sshOf } from '../system/support/tool.ts';
import { type Cost, measure, median } from './measure.ts';

const AGENTS = Number(process.env.BENCH_AGENTS ?? 100);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const PASSWORD = 'bench-password';
const TOOL = resolve(import.meta.dirname, '../../bin/node-prep.js');
// All agents share this machine's processors with us: more at once would only make them wait for each other.
const AT_ONCE = 16;

interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  readonly rounds: Cost[];
}

const fleet = await startFleet({ agents: AGENTS });
try {
  const registry = await startRegistry(fleet.enclave, {
    name: '127.9.9.9:5000',
    users: { 'ci-puller': PASSWORD },
  });
  const operator = newOperator(fleet);
  const inventory = operator.inventory({
    registries: { [registry.name]: registryEntry() },
    ssh: sshOf(fleet, { connectTimeout: '60s' }),
    agents: fleet.agents.map(({ name, address }) => ({ name, host: address })),
  });
  const contenders: Contender[] = [
    {
      name: 'node-prep run',
      argv: [process.execPath, TOOL, 'run', inventory, '-c', String(AT_ONCE)],
      rounds: [],
    },
    { name: 'xargs -P | ssh', argv: ['bash', oneLiner(fleet, operator.folder, registry.name)], rounds: [] },
    ...ansible(fleet, operator.folder, registry.name),
  ];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: operator.folder,
    XDG_STATE_HOME: operator.state,
    [PASSWORD_VARIABLE]: PASSWORD,
    ANSIBLE_LOCALHOST_WARNING: 'false',
  };
  // In turn, round by round, so that a machine that slows down slows all of them.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of contenders) {
      const enter = ['nsenter', '-t', String(fleet.enclave.pid), '-n', '--'];
      const cost = await measure([...enter, ...contender.argv], env, operator.folder);
      if (cost.code !== 0)
        console.error(`${contender.name} ended with exit code ${cost.code}: its figures do not count`);
      if (cost.code === 0) contender.rounds.push(cost);
      console.error(`round ${round + 1}: ${contender.name}: ${cost.wall.toFixed(2)} s`);
    }
  }
  console.log(table(contenders));
} finally {
  await fleet.close();
}

/** What a shell loop does today: the password in an argument list, the archive overwritten in place. */
function oneLiner({ agents, identity, knownHosts }: Fleet, folder: string, registry: string): string {
  const job = [
    `docker login -u ci-puller -p ${PASSWORD} ${registry}`,
    'tar -C /root -czf /etc/docker.tar.gz .docker',
    '{ ps -Aef | grep -q ./runner; ps -Aef | grep -q dockerd; }',
    'docker ps -a',
  ].join(' && ');
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, agents.map(({ address }) => `${address}\n`).join(''));
  const script = join(folder, 'one-liner.sh');
  const options = `-i ${identity} -o UserKnownHostsFile=${knownHosts} -o BatchMode=yes`;
  writeFileSync(script, `xargs -P ${AT_ONCE} -I HOST ssh ${options} root@HOST '${job}' < ${hosts}\n`);
  return script;
}

function ansible({ agents, identity, knownHosts }: Fleet, folder: string, registry: string): Contender[] {
  if (spawnSync('ansible-playbook', ['--version']).status !== 0) return [];
  const inventory = join(folder, 'ansible.ini');
  const playbook = join(folder, 'playbook.yaml');
  const vars = [
    'ansible_user=root',
    `ansible_ssh_private_key_file=${identity}`,
    'ansible_python_interpreter=/usr/bin/python3',
    `ansible_ssh_common_args='-o UserKnownHostsFile=${knownHosts}'`,
  ];
  const hosts = agents.map(({ address }) => `${address}\n`).join('');
  writeFileSync(inventory, `[fleet]\n${hosts}[fleet:vars]\n${vars.join('\n')}\n`);
  const shell = (command: string, extra = {}) => ({
    'ansible.builtin.shell': { cmd: command, ...extra },
    no_log: true,
  });
  const tasks = [
    shell(`docker login -u ci-puller --password-stdin ${registry}`, { stdin: PASSWORD }),
    shell('tar -C /root -czf /etc/docker.tar.gz .docker'),
    { ...shell('ps -Aef | grep -q ./runner'), failed_when: false },
    shell('ps -Aef | grep -q dockerd'),
    shell('docker ps -a'),
  ];
  writeFileSync(playbook, JSON.stringify([{ hosts: 'fleet', gather_facts: false, tasks }]));
  return [
    {
      name: 'ansible-playbook',
      argv: ['ansible-playbook', '-f', String(AT_ONCE), '-i', inventory, playbook],
      rounds: [],
    },
  ];
}

function table(contenders: readonly Contender[]): string {
  const [ours] = contenders;
  const of = (contender: Contender | undefined, part: (cost: Cost) => number) =>
    median(contender?.rounds.map(part) ?? []);
  const rows = contenders.map((contender) => {
    const wall = of(contender, (cost) => cost.wall);
    const cpu = of(contender, (cost) => cost.cpu);
    return [
      contender.name,
      `${wall.toFixed(2)} s`,
      `${(wall / of(ours, (cost) => cost.wall)).toFixed(2)}`,
      `${((cpu * 1_000) / AGENTS).toFixed(1)} ms`,
      `${(cpu / of(ours, (cost) => cost.cpu)).toFixed(2)}`,
      `${of(contender, (cost) => cost.peakMb).toFixed(0)} MB`,
    ];
  });
  const head = ['', 'wall', 'ratio', 'client CPU per agent', 'ratio', 'largest process'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const title = `${AGENTS} agents, ${AT_ONCE} at once, medians of ${ROUNDS} rounds, Node ${process.version}:`;
  return [title, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
