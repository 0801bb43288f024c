import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { phaseOf } from '../../src/errors/catalogue.ts';
import { UNDER_CI } from '../support/skipped.ts';
import type { Agent } from './support/agent.ts';
import type { AgentOptions } from './support/agent-files.ts';
import { ARCHIVE, authOf, authsIn } from './support/archives.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { HOSTILITIES, type Hostility } from './support/hostilities.ts';
import { occupy } from './support/occupy.ts';
import { ODD, startOddPlaces } from './support/odd-places.ts';
import { describeSystem } from './support/parts.ts';
import { startPlaces } from './support/places.ts';
import { namespaceOf, processesIn } from './support/processes.ts';
import { quiet } from './support/quiet.ts';
import { entryOf, newOperator, outcomeOf, QUICK_CHECKS, registryEntry, sshOf } from './support/tool.ts';

const REGISTRY = '127.9.9.9:5000';
const PASSWORD = 'the password';
const TIMEOUT_MS = 30_000;
/** What an agent may take with its turns: its own time stands still while it waits for others. */
const WITH_WAITS_MS = 2 * TIMEOUT_MS;
const NEIGHBOURS = ['neighbour-1', 'neighbour-2', 'neighbour-3', 'neighbour-4'];
const FROZEN = ['frozen-at-once', 'frozen-early', 'frozen-agreed', 'frozen-at-work'];

// In the order of the file, and in that of RFC 6724, rule 9: nearer to this machine's own 10.66.0.1 and 10.9.0.1 first.
const TWO_ADDRESSES = `10.66.0.3 dead-first.example
10.9.0.130 dead-first.example
10.9.0.3 dead-last.example
10.66.0.66 dead-last.example
`;

// Some machines have a kernel without IPv6; under CI that is a failure, as any missing part is.
const IPV6 = UNDER_CI || existsSync('/proc/sys/net/ipv6');
const rows = Object.entries(HOSTILITIES).filter(([name]) => IPV6 || !name.startsWith('ipv6-'));
const sentences = rows.map(([name, it]) => ({ name, ...it }));
const isOk = ({ code }: Hostility) => code === 'ok';

describeSystem('one run over a hostile fleet', () => {
  let fleet: Fleet;
  let report: Report;
  let connections: (address: string) => number;
  let hosts = '';

  /** The agent that an entry of the inventory means; undefined where a stand-in answers. */
  function agentOf(name: string): Agent | undefined {
    const made = HOSTILITIES[name]?.agent;
    return made === null ? undefined : fleet.agent(typeof made === 'string' ? made : name);
  }

  beforeAll(async () => {
    const made: [string, AgentOptions][] = NEIGHBOURS.map((name) => [name, {}]);
    for (const [name, { agent }] of rows)
      if (typeof agent === 'object' && agent !== null) made.push([name, agent]);
    fleet = await startFleet({ agents: Object.fromEntries(made) });
    const [odd] = await Promise.all([
      startOddPlaces(fleet, {
        pardons: 'pardoned',
        freezesEarly: 'frozen-early',
        freezesAgreed: 'frozen-agreed',
        cutsAlways: 'cut-always',
        cutsOnce: 'cut-once',
        garbles: 'garbled',
      }),
      startPlaces(fleet.enclave, PASSWORD),
      occupy(fleet, 'crowded'),
    ]);
    connections = odd.connections;
    process.kill(fleet.agent('frozen-at-once').pid, 'SIGSTOP');

    for (const [name, { host, entry }] of rows) {
      const keys = [agentOf(name)?.hostKey ?? odd.windowlessKey, ...rsaKeyOf(agentOf(name))];
      const address = host ?? agentOf(name)?.address ?? '';
      const port = portOf(entry);
      const known = port === 22 ? address : `[${address}]:${port}`;
      appendFileSync(fleet.knownHosts, keys.map((key) => `${known} ${key}\n`).join(''));
    }
    const operator = newOperator(fleet, TWO_ADDRESSES);
    hosts = join(operator.folder, 'hosts');
    const registries = [REGISTRY];
    const entries = rows.map(([name, { host, entry }]) =>
      entryOf({ name, address: host ?? agentOf(name)?.address ?? '' }, { registries, ...entry }),
    );
    // Healthy ones first, in between and last.
    const step = Math.ceil(entries.length / (NEIGHBOURS.length - 1));
    const agents = NEIGHBOURS.flatMap((name, index) => [
      entryOf(fleet.agent(name), { registries }),
      ...entries.slice(index * step, (index + 1) * step),
    ]);
    const inventory = operator.inventory({
      registries: { [REGISTRY]: registryEntry() },
      ssh: sshOf(fleet, { connectTimeout: '15s' }),
      checks: QUICK_CHECKS,
      agents,
    });
    // Small limits, so that a busy machine does the work of few agents at a time: queueing is not their time.
    const limits = ['--timeout', `${TIMEOUT_MS / 1_000}s`, '--handshakes', '6', '--logins', '3'];
    report = await operator.report(['run', inventory, ...limits], { REGISTRY_PASSWORD: PASSWORD });
  });
  afterAll(() => fleet?.close());

  test.each(sentences.filter((it) => !isOk(it)))('$name: an agent with $with ends in $code', (it) => {
    const outcome = outcomeOf(report, it.name);
    expect(outcome.failure, JSON.stringify(outcome)).toMatchObject({ code: it.code });
    if (it.code === 'ok') return;
    expect(outcome.status).toBe(phaseOf(it.code) === 'reach' ? 'unreachable' : 'failed');
    expect(outcome.changed).toBe(false);
    const { message = '', hint = '', detail = '' } = outcome.failure ?? {};
    expect(hint).not.toBe('');
    if (it.says !== undefined) expect(`${message}\n${detail}`).toMatch(it.says);
    expect(detail.length).toBeLessThanOrEqual(4_000);
    expect(agentOf(it.name)?.state(ARCHIVE) ?? null).toBeNull();
  });

  test.each(sentences.filter(isOk))('$name: an agent with $with is ready all the same', ({ name, entry }) => {
    const outcome = outcomeOf(report, name);
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: 'ok', changed: true, failures: [] });
    const { path = ARCHIVE } = (entry as { archive?: { path?: string } } | undefined)?.archive ?? {};
    expect(authsIn(agentOf(name)?.read(path) ?? Buffer.alloc(0))).toEqual({
      [REGISTRY]: { auth: authOf('ci-puller', PASSWORD) },
    });
  });

  test.skipIf(IPV6)('IPv6 addresses are left out: this machine has none', () => undefined);

  test.each(NEIGHBOURS)('%s is ready, whatever the others suffer', (name) => {
    expect(outcomeOf(report, name)).toMatchObject({ status: 'ok', changed: true, failures: [] });
    expect(authsIn(fleet.agent(name).read(ARCHIVE))).toEqual({
      [REGISTRY]: { auth: authOf('ci-puller', PASSWORD) },
    });
  });

  test.each([
    ['dead-first.example', ['10.66.0.3', '10.9.0.130']],
    ['dead-last.example', ['10.9.0.3', '10.66.0.66']],
  ])('%s has its addresses in this order', async (name, addresses) => {
    const ask = `mount --bind "$0" /etc/hosts && getent ahosts ${name}`;
    const { stdout } = await fleet.enclave.run(['unshare', '-m', 'sh', '-c', ask, hosts]);
    expect(stdout.match(/^\S+(?= +STREAM)/gm)).toEqual(addresses);
  });

  test('every agent has ended by its deadline', () => {
    const late = report.agents.filter(({ ms }) => ms > WITH_WAITS_MS);
    expect(late.map(({ name, ms }) => `${name}: ${ms} ms`)).toEqual([]);
  });

  describe('trying again', () => {
    test('a server that is busy twice is asked a third time, and no more', () => {
      expect(connections(ODD.pardons)).toBe(3);
    });
    test('a server that stays busy is asked five more times at most, while there is time for it', () => {
      expect(connections(ODD.punishes)).toBeGreaterThanOrEqual(4);
      expect(connections(ODD.punishes)).toBeLessThanOrEqual(6);
    });
    test('a connection that broke in the midst of the handshake is made once more', () => {
      expect(connections(ODD.cutsOnce)).toBe(2);
    });
    test('a server that does not answer any more, or makes no sense, is not asked again', () => {
      expect(connections(ODD.freezesEarly)).toBe(1);
      expect(connections(ODD.freezesAgreed)).toBe(1);
      expect(connections(ODD.garbles)).toBe(1);
    });
  });

  test('agents that come back after the run find nothing to do, and keep nothing of it', async () => {
    const frozen = FROZEN.map((name) => fleet.agent(name));
    for (const { pid } of frozen)
      for (const process_ of processesIn(namespaceOf(pid))) process.kill(process_.pid, 'SIGCONT');
    const others = fleet.agents.filter(({ name }) => name !== 'crowded');
    await quiet(others);
    for (const agent of others) {
      const left = [...agent.changes().keys()].filter((path) => /node-prep|\.lock$/.test(path));
      expect(left, agent.name).toEqual([]);
      if (FROZEN.includes(agent.name)) expect(agent.state(ARCHIVE), agent.name).toBeNull();
    }
  });
});

const portOf = (entry: object | undefined) =>
  (entry as { ssh?: { port?: number } } | undefined)?.ssh?.port ?? 22;

/** The further host key of an agent that has made itself one. */
function rsaKeyOf(agent: Agent | undefined): string[] {
  const file = '/etc/ssh/rsa_hostkey.pub';
  if (agent === undefined || agent.state(file) === null) return [];
  return [agent.read(file).toString().split(' ').slice(0, 2).join(' ')];
}
