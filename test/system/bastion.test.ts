import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { type Places, startPlaces } from './support/places.ts';
import { newOperator, type Operator, outcomeOf, QUICK_CHECKS, registryEntry, why } from './support/tool.ts';

const PASSWORD = { REGISTRY_PASSWORD: 'the password' };

describeSystem('an operator with a bastion and an ssh_config', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;

  beforeAll(async () => {
    const closed = { sshd: ['AllowTcpForwarding no'] };
    fleet = await startFleet({ agents: { one: {}, two: {}, three: {}, bastion: {}, closed } });
    places = await startPlaces(fleet.enclave, PASSWORD.REGISTRY_PASSWORD);
  });
  beforeEach(() => {
    operator = newOperator(fleet);
  });
  afterAll(() => fleet?.close());

  const logins = (name: string) =>
    fleet
      .agent(name)
      .log()
      .match(/Accepted publickey/g)?.length ?? 0;

  /** The names of all machines, the user, the keys and the ways are known to this file alone. */
  function sshConfig(): string {
    const { address: one } = fleet.agent('one');
    const named = (name: string) => `Host ${name}\n  HostName ${fleet.agent(name).address}`;
    const folder = join(operator.folder, '.ssh');
    mkdirSync(folder, { mode: 0o700 });
    const path = join(folder, 'config');
    const text = [
      `Host web-1\n  HostName ${one}\n  ProxyJump bastion`,
      `Host web-2\n  HostName ${fleet.agent('two').address}\n  ProxyJump bastion`,
      `Host web-3\n  HostName ${fleet.agent('three').address}\n  ProxyJump closed`,
      named('bastion'),
      named('closed'),
      `Host *\n  User root\n  IdentityFile ${fleet.identity}\n  UserKnownHostsFile ${fleet.knownHosts}`,
    ];
    writeFileSync(path, `${text.join('\n')}\n`, { mode: 0o600 });
    return path;
  }
  const inventory = (agents: readonly string[], more: object = {}) =>
    operator.inventory({
      registries: { [places.registry.name]: registryEntry() },
      checks: QUICK_CHECKS,
      agents,
      ...more,
    });

  test('writes nothing of them into the inventory; many agents go by one connection', async () => {
    sshConfig();
    const before = logins('bastion');
    const report = await operator.report(['run', inventory(['web-1', 'web-2'])], PASSWORD);
    expect(report.totals, why(report)).toMatchObject({ agents: 2, ok: 2 });
    expect(logins('bastion') - before).toBe(1);
  });

  test('is told which bastion has failed whom, and the others are ready', async () => {
    sshConfig();
    const report = await operator.report(['run', inventory(['web-3', 'web-1'])], PASSWORD);
    expect(outcomeOf(report, 'web-3'), why(report)).toMatchObject({
      status: 'unreachable',
      failure: { code: 'JUMP_FAILED', message: expect.stringContaining('root@closed') },
    });
    expect(outcomeOf(report, 'web-1').status, why(report)).toBe('ok');
  });

  test('does the same over the ssh program', async () => {
    // ssh(1) looks for ~/.ssh in the home folder that passwd(5) names, whatever HOME says.
    const configFile = sshConfig();
    const file = inventory(['web-1', 'web-2'], { ssh: { transport: 'openssh', configFile } });
    const report = await operator.report(['run', file], PASSWORD);
    expect(report.totals, why(report)).toMatchObject({ agents: 2, ok: 2 });
  });
});
