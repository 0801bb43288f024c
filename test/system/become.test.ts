import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Agent } from './support/agent.ts';
import type { AgentOptions } from './support/agent-files.ts';
import type { FileText } from './support/base.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { PASSWORD } from './support/people.ts';
import { type Places, startPlaces } from './support/places.ts';
import { quiet } from './support/quiet.ts';
import {
  entryOf,
  newOperator,
  type Operator,
  outcomeOf,
  QUICK_CHECKS,
  registryEntry,
  sshOf,
  why,
} from './support/tool.ts';

const LOG = '/var/log/sudo.log';

const sudoers = (...lines: readonly string[]): Record<string, FileText> => ({
  '/etc/sudoers.d/zz': { text: [`Defaults logfile=${LOG}`, ...lines, ''].join('\n'), mode: 0o440 },
});
const doas = (rule: string): AgentOptions => ({ files: { '/etc/doas.conf': `${rule}\n` } });
/** People who may do anything without a password elsewhere, and with one here. */
const asking = ['fishy', 'tcshy', 'noisybash', 'noisyfish'].map((name) => `${name} ALL=(ALL:ALL) ALL`);

const TICKET = `su pwsudo -s /bin/sh -c 'echo ${PASSWORD} | sudo -S -v'`;

const AGENTS: Readonly<Record<string, AgentOptions>> = {
  'plain-1': { files: sudoers() },
  'plain-2': { files: sudoers() },
  'plain-3': { files: sudoers() },
  'plain-4': { files: sudoers() },
  fish: { files: sudoers(...asking) },
  tcsh: { files: sudoers(...asking) },
  'noisy-bash': { files: sudoers(...asking) },
  'noisy-fish': { files: sudoers(...asking) },
  pty: { files: sudoers('Defaults use_pty') },
  'odd-words': {
    files: sudoers(
      'Defaults lecture=always, insults, !passprompt_override',
      'Defaults passprompt="Say it, %u: "',
    ),
  },
  // Shows every line that it reads or runs, the one that starts the script among them.
  traces: { files: sudoers(), setup: "echo 'set -xv' >>/home/pwsudo/.bashrc" },
  tty: { files: sudoers('Defaults:pwsudo requiretty') },
  'one-try': { files: sudoers('Defaults passwd_tries=1') },
  ticket: { files: sudoers('Defaults timestamp_type=global'), setup: TICKET },
  'doas-free': doas('permit nopass ops'),
  'doas-asks': doas('permit ops'),
  'doas-not': doas('permit nopass pwsudo'),
  'doas-off': {},
  'doas-missing': { setup: 'rm /usr/bin/doas' },
  'doas-other': doas('permit nopass ops as pwsudo\npermit nopass ops as root cmd /bin/true'),
};
const USERS: Readonly<Record<string, string>> = {
  fish: 'fishy',
  tcsh: 'tcshy',
  'noisy-bash': 'noisybash',
  'noisy-fish': 'noisyfish',
};

describeSystem('becoming root', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;

  beforeAll(async () => {
    fleet = await startFleet({ agents: AGENTS });
    places = await startPlaces(fleet.enclave, 'the password');
  });
  beforeEach(() => {
    operator = newOperator(fleet);
  });
  afterAll(() => fleet?.close());

  const agents = (...names: readonly string[]) => names.map((name) => fleet.agent(name));
  const sudoLog = (agent: Agent) =>
    // sudo folds its lines.
    existsSync(agent.at(LOG)) ? agent.read(LOG).toString().replace(/\n +/g, ' ') : '';
  const attempts = (agent: Agent) =>
    [...sudoLog(agent).matchAll(/(\d+) incorrect password attempt/g)].map(([, count]) => Number(count));

  /** Runs on these agents, as `pwsudo` unless said otherwise. */
  async function runOn(names: readonly string[], become: object, password = PASSWORD, users = USERS) {
    const file = operator.inventory({
      registries: { [places.registry.name]: registryEntry() },
      ssh: sshOf(fleet, { user: 'pwsudo' }),
      become,
      checks: QUICK_CHECKS,
      agents: agents(...names).map((agent) =>
        entryOf(agent, agent.name in users ? { ssh: { user: users[agent.name] } } : {}),
      ),
    });
    const env = { REGISTRY_PASSWORD: 'the password', SUDO_PASSWORD: password };
    const report = await operator.report(['run', file], env);
    return { report, said: JSON.stringify(report) };
  }
  const withPassword = { password: { env: 'SUDO_PASSWORD' } };
  const codes = ({ report }: Awaited<ReturnType<typeof runOn>>) =>
    Object.fromEntries(report.agents.map(({ name, failure }) => [name, failure?.code]));

  const ASKED = ['plain-1', 'plain-2', 'fish', 'tcsh', 'noisy-bash', 'noisy-fish', 'pty', 'odd-words'];
  test('sudo is given the password where it asks, once, whatever the login shell and its words', async () => {
    const names = [...ASKED, 'traces', 'one-try'];
    const { report, said } = await runOn(names, withPassword);
    expect(report.totals, why(report)).toMatchObject({ agents: names.length, ok: names.length });
    for (const agent of agents(...names)) {
      expect(sudoLog(agent), agent.name).toMatch(/COMMAND=\/bin\/sh/);
      expect(attempts(agent), agent.name).toEqual([]);
    }
    expect(said).not.toContain(PASSWORD);
    await quiet(agents(...names));
  });

  test('a second run changes nothing, with one password for SSH and for sudo, asked for once', async () => {
    const count = join(operator.folder, 'count');
    const password = { exec: ['/bin/sh', '-c', `echo asked >>${count}; echo "${PASSWORD}"`] };
    const file = operator.inventory({
      registries: { [places.registry.name]: registryEntry() },
      ssh: sshOf(fleet, { user: 'pwsudo', identityFiles: [], password }),
      become: { method: 'sudo', password },
      checks: QUICK_CHECKS,
      agents: agents('plain-1', 'plain-2').map((agent) => entryOf(agent)),
    });
    const report = await operator.report(['run', file], { REGISTRY_PASSWORD: 'the password' });
    expect(report.totals, why(report)).toMatchObject({ ok: 2, changed: 0 });
    expect(readFileSync(count, 'utf8')).toBe('asked\n');
  });

  test('where sudo does not ask, the password is not used at all: not even a wrong one', async () => {
    const users = { 'plain-1': 'ops', 'plain-2': 'root', 'plain-3': 'noisybash' };
    const names = [...Object.keys(users), 'ticket'];
    const { report } = await runOn(names, withPassword, 'wrong', users);
    expect(report.totals, why(report)).toMatchObject({ ok: 4 });
    expect(agents(...names).flatMap(attempts)).toEqual([]);
  });

  test('a wrong password is tried on one agent, once', async () => {
    const names = ['plain-1', 'plain-2', 'plain-3', 'plain-4'];
    const { report, said } = await runOn(names, withPassword, 'wr0ng-and-secret');
    expect(report.totals, why(report)).toMatchObject({ ok: 0, changed: 0 });
    const [refused, ...more] = report.agents.filter(({ failure }) => failure?.code === 'BECOME_REFUSED');
    expect(more).toEqual([]);
    expect(refused?.failure?.message).toMatch(/sudo refused the password for pwsudo/);
    expect(refused?.failure?.detail).toMatch(/Sorry, try again/);
    expect(report.agents.filter(({ failure }) => failure?.code === 'STOPPED')).toHaveLength(3);
    // sudo itself counts one.
    await quiet(agents(...names));
    expect(agents(...names).flatMap(attempts)).toEqual([1]);
    expect(said).not.toContain('wr0ng-and-secret');
  });

  test('so it is where sudo gives one try only, or has other words', async () => {
    for (const name of ['one-try', 'odd-words']) {
      const { report } = await runOn([name], withPassword, 'wrong');
      expect(report.agents[0]?.failure?.message, why(report)).toMatch(/sudo refused the password for pwsudo/);
      await quiet(agents(name));
      expect(attempts(fleet.agent(name))).toEqual([1]);
    }
  });

  test('what else sudo refuses is told apart, and is no refusal of the password', async () => {
    const users = { 'plain-1': 'nosudo' };
    const run = await runOn(['plain-1', 'tty', 'plain-2', 'plain-3'], withPassword, PASSWORD, users);
    expect(codes(run), why(run.report)).toEqual({
      'plain-1': 'BECOME_REFUSED',
      tty: 'BECOME_REFUSED',
      'plain-2': undefined,
      'plain-3': undefined,
    });
    const failureOf = (name: string) => outcomeOf(run.report, name).failure;
    expect(failureOf('plain-1')?.message).toMatch(/sudo does not allow nosudo to run/);
    expect(failureOf('plain-1')?.detail).toMatch(/nosudo is not in the sudoers file/);
    expect(failureOf('tty')?.message).toMatch(/without a terminal \(requiretty\)/);
    expect(failureOf('tty')?.hint).toMatch(/Defaults:pwsudo !requiretty/);
  });

  test('without a password a sudo that wants one is told apart from one that wants a terminal', async () => {
    const names = ['plain-1', 'fish', 'tcsh', 'noisy-bash', 'noisy-fish', 'tty'];
    const run = await runOn(names, { method: 'sudo' });
    expect(codes(run)).toEqual({
      ...Object.fromEntries(names.map((name) => [name, 'BECOME_PASSWORD_NEEDED'])),
      tty: 'BECOME_REFUSED',
    });
    expect(outcomeOf(run.report, 'plain-1').failure?.hint).toMatch(/become\.password/);
  });

  test('doas without a password', async () => {
    const names = Object.keys(AGENTS).filter((name) => name.startsWith('doas-'));
    const users = Object.fromEntries(names.map((name) => [name, 'ops']));
    const run = await runOn(names, { method: 'doas' }, PASSWORD, users);
    expect(codes(run), why(run.report)).toEqual({
      'doas-free': undefined,
      'doas-asks': 'BECOME_PASSWORD_NEEDED',
      'doas-not': 'BECOME_REFUSED',
      'doas-off': 'BECOME_REFUSED',
      'doas-missing': 'BECOME_REFUSED',
      'doas-other': 'BECOME_REFUSED',
    });
    const failureOf = (name: string) => outcomeOf(run.report, name).failure;
    expect(failureOf('doas-asks')?.hint).toMatch(/permit nopass ops/);
    expect(failureOf('doas-not')?.message).toMatch(/doas does not allow ops/);
    expect(failureOf('doas-missing')?.message).toMatch(/there is no doas/);
  });

  test('a dry run becomes root the same way, and changes nothing', async () => {
    const before = fleet.agent('plain-4').state('/etc/docker.tar.gz');
    const file = operator.inventory({
      registries: { [places.registry.name]: registryEntry() },
      ssh: sshOf(fleet, { user: 'pwsudo' }),
      become: withPassword,
      checks: QUICK_CHECKS,
      agents: [entryOf(fleet.agent('plain-4'))],
    });
    const report = await operator.report(['run', file, '--dry-run'], {
      REGISTRY_PASSWORD: 'the password',
      SUDO_PASSWORD: PASSWORD,
    });
    expect(report.agents[0], why(report)).toMatchObject({ status: 'ok', changed: true });
    expect(fleet.agent('plain-4').state('/etc/docker.tar.gz')).toEqual(before);
  });
});
