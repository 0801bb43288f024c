import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { collect } from './support/enclave.ts';
import { eventually } from './support/eventually.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { makeHostKey } from './support/host-key.ts';
import { describeSystem } from './support/parts.ts';
import { PASSWORD } from './support/people.ts';
import { type Places, startPlaces } from './support/places.ts';
import {
  entryOf,
  newOperator,
  type Operator,
  QUICK_CHECKS,
  registryEntry,
  sshOf,
  why,
} from './support/tool.ts';

const REGISTRY = { REGISTRY_PASSWORD: 'the password' };

describeSystem('how agents are reached and trusted', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  const inventory = (ssh: object) =>
    operator.inventory({
      registries: { [places.registry.name]: registryEntry() },
      ssh: sshOf(fleet, ssh),
      checks: QUICK_CHECKS,
      agents: fleet.agents.map((agent) => entryOf(agent)),
    });
  const refusedPasswords = () =>
    fleet.agents.reduce((sum, agent) => sum + (agent.log().match(/Failed password/g)?.length ?? 0), 0);

  beforeAll(async () => {
    fleet = await startFleet({ agents: 4 });
    places = await startPlaces(fleet.enclave, REGISTRY.REGISTRY_PASSWORD);
  });
  beforeEach(() => {
    operator = newOperator(fleet);
  });
  afterAll(() => fleet?.close());

  test('an SSH password, where keys are not possible', async () => {
    const file = inventory({ user: 'ops', identityFiles: [], password: { env: 'SSH_PASSWORD' } });
    const report = await operator.report(['run', file], { ...REGISTRY, SSH_PASSWORD: PASSWORD });
    expect(report.totals, why(report)).toMatchObject({ agents: 4, ok: 4 });
    expect(refusedPasswords()).toBe(0);
  });

  test('a wrong SSH password is tried on one agent, once', async () => {
    const before = refusedPasswords();
    const file = inventory({ user: 'ops', identityFiles: [], password: { env: 'SSH_PASSWORD' } });
    const report = await operator.report(['run', file], { ...REGISTRY, SSH_PASSWORD: 'wrong' });
    expect(report.totals, why(report)).toMatchObject({ ok: 0, changed: 0 });
    expect(report.agents.filter(({ failure }) => failure?.code === 'AUTH_REJECTED')).toHaveLength(1);
    expect(report.agents.filter(({ failure }) => failure?.code === 'STOPPED')).toHaveLength(3);
    expect(refusedPasswords() - before).toBe(1);
  });

  test('a key that only the ssh-agent holds', async () => {
    const socket = join(operator.folder, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => agent.stdout.once('data', resolve));
      const environment = { ...process.env, SSH_AUTH_SOCK: socket };
      const add = () => collect(spawn('ssh-add', ['-q', fleet.identity], { env: environment }));
      await eventually(async () => (await add()).code === 0, 'the ssh-agent took no key');
      const report = await operator.report(['run', inventory({ identityFiles: [] })], {
        ...REGISTRY,
        SSH_AUTH_SOCK: socket,
      });
      expect(report.totals, why(report)).toMatchObject({ ok: 4 });
    } finally {
      agent.kill();
    }
  });

  test('accept-new notes the key of an unknown host, and refuses another one from then on', async () => {
    const known = join(operator.folder, 'new_known_hosts');
    const file = inventory({ hostKeys: 'accept-new', knownHosts: [known] });
    expect(await operator.report(['run', file], REGISTRY)).toMatchObject({ totals: { ok: 4 } });
    const noted = readFileSync(known, 'utf8').trim().split('\n').sort();
    expect(noted.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(
      fleet.agents.map(({ address, hostKey }) => `${address} ${hostKey}`).sort(),
    );
    writeFileSync(known, `${fleet.agents[0]?.address} ${makeHostKey().publicKey}\n`);
    const report = await operator.report(['run', file], REGISTRY);
    expect(report.agents.map(({ failure }) => failure?.code)).toEqual([
      'HOST_KEY_CHANGED',
      ...Array(3).fill(undefined),
    ]);
  });

  test('known_hosts may hold hashed names, as Debian writes them', async () => {
    const known = join(operator.folder, 'hashed');
    writeFileSync(known, readFileSync(fleet.knownHosts));
    expect((await collect(spawn('ssh-keygen', ['-H', '-f', known]))).code).toBe(0);
    expect(readFileSync(known, 'utf8')).toMatch(/^\|1\|/);
    const report = await operator.report(['run', inventory({ knownHosts: [known] })], REGISTRY);
    expect(report.totals, why(report)).toMatchObject({ ok: 4 });
  });

  test('without any key that can be read nothing is tried', async () => {
    const report = await operator.report(
      ['run', inventory({ identityFiles: [join(operator.folder, 'none')] })],
      REGISTRY,
    );
    expect(new Set(report.agents.map(({ failure }) => failure?.code))).toEqual(new Set(['KEY_UNREADABLE']));
  });

  test('with one handshake at a time the fleet is prepared all the same', async () => {
    const report = await operator.report(
      ['run', inventory({}), '--handshakes', '1', '--logins', '1', '-c', '2'],
      REGISTRY,
    );
    expect(report.totals, why(report)).toMatchObject({ ok: 4 });
  });
});
