import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, agentAt } from './agent.ts';
import { type AgentOptions, layAgent } from './agent-files.ts';
import { layBase } from './base.ts';
import { startDockerd } from './dockerd.ts';
import { type Enclave, openEnclave } from './enclave.ts';
import { eventually } from './eventually.ts';
import { makeHostKey } from './host-key.ts';
import { namespaceOf, processesIn } from './processes.ts';

/** A running fleet: real sshd, Docker and files per agent, all in an enclave of its own. */
export interface Fleet {
  readonly enclave: Enclave;
  /** In the order they were named. */
  readonly agents: readonly Agent[];
  agent(name: string): Agent;
  /** A folder of the operator's side: the key that every person of every agent takes, and all host keys. */
  readonly folder: string;
  readonly identity: string;
  readonly knownHosts: string;
  close(): Promise<void>;
}

// Names that the agents and the daemon resolve, whatever the machine's own DNS says.
const HOSTS = `127.0.0.1 localhost
10.9.0.1 registry.example.com untrusted.example.com
`;

/** How agents are numbered: 127.77.0.1, 127.77.0.2, … */
const addressOf = (index: number) => `127.77.${Math.floor(index / 250)}.${(index % 250) + 1}`;

/**
 * Starts a fleet of agents named by the keys, or of `agents` healthy ones named agent-001, agent-002, …
 * Ready when every sshd listens and the daemon answers.
 */
export async function startFleet(options: {
  readonly agents: number | Readonly<Record<string, AgentOptions>>;
}): Promise<Fleet> {
  const specs = typeof options.agents === 'number' ? healthy(options.agents) : options.agents;
  const enclave = await openEnclave();
  try {
    return await populate(enclave, Object.entries(specs));
  } catch (error) {
    await enclave.close();
    throw error;
  }
}

function healthy(count: number): Record<string, AgentOptions> {
  const names = Array.from({ length: count }, (_, index) => `agent-${String(index + 1).padStart(3, '0')}`);
  return Object.fromEntries(names.map((name) => [name, {}]));
}

async function populate(
  enclave: Enclave,
  specs: readonly (readonly [string, AgentOptions])[],
): Promise<Fleet> {
  const { inner, at } = enclave;
  const folder = join(enclave.folder, 'operator');
  const identity = join(folder, 'id_ed25519');
  const knownHosts = join(folder, 'known_hosts');
  mkdirSync(folder, { mode: 0o700 });
  const key = makeHostKey();
  writeFileSync(identity, key.privateKey, { mode: 0o600 });

  const hosts = `${HOSTS}127.0.1.1 ${readFileSync('/proc/sys/kernel/hostname', 'utf8')}`;
  writeFileSync(at('/etc/hosts'), hosts);
  const daemon = await startDockerd(enclave);
  layBase(at(join(inner, 'base')), `${key.publicKey} operator\n`, hosts);
  const laidOut = specs.map(([name, options], index) =>
    layAgent(inner, at, { name, address: addressOf(index) }, options, daemon),
  );
  writeFileSync(at(join(inner, 'fstab')), laidOut.map(({ mounts }) => mounts).join(''));
  writeFileSync(at(join(inner, 'start')), laidOut.map(({ start }) => start).join(''));
  // Debian's Docker CLI is the one that agents have, whatever else this machine holds in /usr/local. One process
  // makes all mounts: starting one costs ten times the mount.
  const begin = 'mknod base/usr/local/bin/docker c 0 0; mount -a --fstab fstab && . ./start';
  const began = await enclave.run(['sh', '-c', `cd ${inner} && ${begin}`]);
  if (began.code !== 0) throw new Error(`the agents did not start: ${began.stderr}`);
  for (const { name } of laidOut) await untilListening(at(join(inner, 'agents', name)));

  // A server has its file before it has its title, by which it is found: on a busy machine some have none yet.
  let pids = sshdPids(enclave);
  await eventually(
    () => {
      pids = sshdPids(enclave);
      return laidOut.every(({ address }) => pids.has(address));
    },
    () => `no process of ${laidOut.filter(({ address }) => !pids.has(address)).map(({ name }) => name)}`,
  );
  const agents = laidOut.map((agent) => agentAt(enclave, { ...agent, pid: pids.get(agent.address) ?? 0 }));
  writeFileSync(knownHosts, agents.map(({ address, hostKey }) => `${address} ${hostKey}\n`).join(''));
  await daemon.ready;
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const agentNamed = (name: string) => {
    const found = byName.get(name);
    if (found === undefined) throw new Error(`the fleet has no agent ${name}`);
    return found;
  };
  const close = () => {
    daemon.close();
    return enclave.close();
  };
  return { enclave, agents, agent: agentNamed, folder, identity, knownHosts, close };
}

async function untilListening(home: string): Promise<void> {
  const listens = () => existsSync(join(home, 'run/fleet/sshd.pid'));
  await eventually(listens, () => `no sshd in ${home}: ${readFileSync(join(home, 'log'), 'utf8')}`);
}

// sshd writes its options into its title: "sshd: /usr/sbin/sshd -D … -o ListenAddress=127.77.0.1 [listener] …".
// Dropbear has its arguments there: "/usr/sbin/dropbear … -p 127.77.0.1:22 …".
function sshdPids(enclave: Enclave): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { pid, argv } of processesIn(namespaceOf(enclave.pid, 'net'), 'net')) {
    const title = /^sshd: .*?ListenAddress=([\d.]+).*\[listener\]|^\S*\/dropbear .*-p ([\d.]+):/;
    const [, ofSshd, ofDropbear] = title.exec(argv.join(' ')) ?? [];
    const address = ofSshd ?? ofDropbear;
    if (address !== undefined) found.set(address, pid);
  }
  return found;
}
