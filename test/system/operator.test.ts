import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ARCHIVE, authOf, authsIn, handMadeArchive } from './support/archives.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { type Places, startPlaces } from './support/places.ts';
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

const PASSWORD = { REGISTRY_PASSWORD: 'the password' };
const REGISTRY = '127.9.9.9:5000';
const OTHER = 'registry.example.com';
const FOREIGN = handMadeArchive({
  [OTHER]: { auth: authOf('other', 'long gone') },
  [REGISTRY]: { auth: authOf('ci-puller', 'the old password') },
});

describeSystem('what the operator can say to a run', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  let inventory: string;
  const names = () => fleet.agents.map(({ name }) => name);
  const contacted = () =>
    fleet.agents.filter((agent) => agent.log().includes('Connection from')).map(({ name }) => name);
  const breakDocker = (name: string) => fleet.agent(name).run('mv /usr/bin/docker /usr/bin/docker.off');
  const mendDocker = (name: string) => fleet.agent(name).run('mv /usr/bin/docker.off /usr/bin/docker');

  beforeAll(async () => {
    fleet = await startFleet({ agents: 6 });
    places = await startPlaces(fleet.enclave, PASSWORD.REGISTRY_PASSWORD);
    expect(places.registry.name).toBe(REGISTRY);
  });
  beforeEach(async () => {
    operator = newOperator(fleet);
    const registries = { [REGISTRY]: registryEntry() };
    inventory = operator.inventory({
      registries,
      ssh: sshOf(fleet),
      agents: fleet.agents.map((agent) => entryOf(agent)),
      checks: QUICK_CHECKS,
    });
    await Promise.all(fleet.agents.map((agent) => agent.run(`rm -f ${ARCHIVE}*`)));
  });
  afterAll(() => fleet?.close());

  test('an inventory with mistakes: all of them at once, exit 2, and nothing is contacted', async () => {
    const file = operator.inventory(
      'registries:\n  r.example.com:\n    username: u\n    pasword: { env: P }\nagents: [ "10.0.0.[9-1]" ]\n',
    );
    const wrong = await operator.run(['run', file, '-o', 'json'], PASSWORD);
    expect(wrong.code).toBe(2);
    const { schema, problems } = JSON.parse(wrong.stdout);
    expect(schema).toBe('node-prep/problems/v1');
    expect(problems.length).toBeGreaterThan(1);
    expect(problems).toContainEqual(
      expect.objectContaining({ line: 4, column: 5, hint: expect.stringContaining('password') }),
    );
    expect(contacted()).toEqual([]);
  });

  test('a key or a flag that is not built yet is refused by name, and nothing is contacted', async () => {
    const later = {
      registries: { [REGISTRY]: { ...registryEntry(), expires: '12h' } },
      ssh: sshOf(fleet),
      agents: ['127.77.0.1'],
    };
    const key = await operator.run(['run', operator.inventory(later)], PASSWORD);
    expect(key.code).toBe(2);
    expect(key.stderr).toContain('expires is not built into this version yet');
    const flag = await operator.run(['run', inventory, '--no-such-flag'], PASSWORD);
    expect(flag.code).toBe(2);
    expect(flag.stderr).toContain('--no-such-flag');
    expect(contacted()).toEqual([]);
  });

  test('--max-failures starts no more agents; --resume does the rest; with nothing left it is done', async () => {
    await Promise.all(['agent-001', 'agent-002'].map(breakDocker));
    const first = await operator.report(['run', inventory, '-c', '1', '--max-failures', '2'], PASSWORD);
    expect(first.totals).toMatchObject({ agents: 6, failed: 2, notAttempted: 4, ok: 0 });
    expect(first.exitCode).toBe(1);
    const half = await operator.report(
      ['run', inventory, '-c', '1', '--max-failures', '50%', '--resume'],
      PASSWORD,
    );
    expect(half.totals).toMatchObject({ agents: 6, failed: 2, ok: 4 });
    const third = await operator.report(['run', inventory, '--resume'], PASSWORD);
    expect(third.agents.map(({ name }) => name)).toEqual(['agent-001', 'agent-002']);
    await Promise.all(['agent-001', 'agent-002'].map(mendDocker));
    expect(await operator.report(['run', inventory, '--resume'], PASSWORD)).toMatchObject({
      totals: { agents: 2, ok: 2 },
    });
    const nothing = await operator.run(['run', inventory, '--resume', '-o', 'json'], PASSWORD);
    expect(nothing.code).toBe(0);
  });

  test('an archive with another registry in it is left alone and named, until the operator says so', async () => {
    for (const name of ['agent-001', 'agent-002'])
      writeFileSync(fleet.agent(name).at(ARCHIVE), FOREIGN, { mode: 0o600 });
    const before = fleet.agent('agent-001').state(ARCHIVE);
    const report = await operator.report(['run', inventory], PASSWORD);
    const outcome = outcomeOf(report, 'agent-001');
    expect(outcome).toMatchObject({ status: 'failed', changed: false, failure: { code: 'ARCHIVE_FOREIGN' } });
    expect(outcome.failure?.message).toContain(OTHER);
    expect(fleet.agent('agent-001').state(ARCHIVE)).toEqual(before);
    expect(report.totals, why(report)).toMatchObject({ ok: 4, failed: 2 });

    const both = operator.inventory({
      registries: { [REGISTRY]: registryEntry(), [OTHER]: registryEntry('other', 'OTHER') },
      ssh: sshOf(fleet),
      agents: [entryOf(fleet.agent('agent-002'))],
    });
    const added = await operator.report(['run', both], { ...PASSWORD, OTHER: 'other-password' });
    expect(added.totals, why(added)).toMatchObject({ ok: 1, changed: 1 });
    expect(Object.keys(authsIn(fleet.agent('agent-002').read(ARCHIVE))).sort()).toEqual([REGISTRY, OTHER]);

    const dropped = await operator.report(['run', inventory, '--drop-other-registries'], PASSWORD);
    expect(dropped.totals).toMatchObject({ ok: 6, changed: 2 });
    const auth = authOf('ci-puller', PASSWORD.REGISTRY_PASSWORD);
    expect(authsIn(fleet.agent('agent-001').read(ARCHIVE))).toEqual({ [REGISTRY]: { auth } });
    expect(fleet.agent('agent-001').read(`${ARCHIVE}.previous`).equals(FOREIGN)).toBe(true);
  });

  test('-o ndjson is one event a line, the last of them the report', async () => {
    const { code, stdout } = await operator.run(
      ['run', inventory, '-o', 'ndjson', '-l', 'agent-00[1-2]'],
      PASSWORD,
    );
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.every(({ type }) => typeof type === 'string')).toBe(true);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'report' });
    expect(JSON.stringify(last)).toContain('node-prep/report/v1');
    expect(events.filter(({ type }) => type === 'report')).toHaveLength(1);
  });

  test('-o junit is one test case per agent and check, with the failures in it', async () => {
    await breakDocker('agent-003');
    const { code, stdout } = await operator.run(['run', inventory, '-o', 'junit'], PASSWORD);
    await mendDocker('agent-003');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^<\?xml [^>]*\?>\s*<testsuites?[\s>]/);
    expect(stdout.match(/<testcase[\s>]/g)).toHaveLength(6 + 6);
    expect(stdout).toContain('DOCKER_MISSING');
    for (const name of names()) expect(stdout).toContain(name);
  });

  test('off a terminal each agent gets a line, and the result is on standard output', async () => {
    const { code, stdout, stderr } = await operator.run(['run', inventory, '-l', 'agent-00[1-2]'], PASSWORD);
    expect(code).toBe(0);
    for (const name of ['agent-001', 'agent-002']) expect(stderr + stdout).toContain(name);
    expect(stdout).not.toBe('');
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('--report writes the same report to a file, whole, next to any output', async () => {
    const path = join(operator.folder, 'report.json');
    const { code, stdout } = await operator.run(
      ['run', inventory, '--report', path, '-o', 'json', '-l', 'agent-00[1-2]'],
      PASSWORD,
    );
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(stdout));
  });

  test('a report file that cannot be written is found out before any agent is contacted', async () => {
    const logs = fleet.agents.map((agent) => agent.log());
    const { code } = await operator.run(
      ['run', inventory, '--report', '/no/such/folder/report.json'],
      PASSWORD,
    );
    expect(code).toBe(2);
    expect(fleet.agents.map((agent) => agent.log())).toEqual(logs);
  });

  test('history remembers the run, its outcome and each agent', async () => {
    await breakDocker('agent-004');
    const report = await operator.report(['run', inventory, '-l', 'agent-00[3-4]'], PASSWORD);
    await mendDocker('agent-004');
    const list = await operator.run(['history']);
    expect(list.code).toBe(0);
    expect(list.stdout).toContain(report.id.slice(0, 10));
    const one = await operator.run(['history', report.id]);
    expect(one.stdout).toContain('agent-004');
    expect(one.stdout).toContain('DOCKER_MISSING');
  });

  test('where the state folder cannot be written, the run warns and works on', async () => {
    const { code, stdout, stderr } = await operator.run(['run', inventory, '-o', 'json', '-l', 'agent-001'], {
      ...PASSWORD,
      XDG_STATE_HOME: '/dev/null/state',
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).warnings.length + stderr.length).toBeGreaterThan(0);
    expect(JSON.stringify(JSON.parse(stdout).warnings)).toMatch(/state|history/i);
  });

  test('the state folder is private', async () => {
    rmSync(operator.state, { recursive: true, force: true });
    await operator.run(['run', inventory, '--limit', 'agent-001'], PASSWORD);
    const folder = join(operator.state, 'node-prep');
    expect(existsSync(folder)).toBe(true);
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
  });

  test('hosts lists the agents and contacts nobody', async () => {
    const logs = fleet.agents.map((agent) => agent.log());
    const { code, stdout } = await operator.run(['hosts', inventory, '--limit', 'agent-00[1-3]']);
    expect(code).toBe(0);
    for (const name of ['agent-001', 'agent-002', 'agent-003']) expect(stdout).toContain(name);
    expect(stdout).not.toContain('agent-004');
    expect(fleet.agents.map((agent) => agent.log())).toEqual(logs);
  });
});
