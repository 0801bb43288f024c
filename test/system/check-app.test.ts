import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHIVE, authOf, handMadeArchive } from './support/archives.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { startMarathonIn } from './support/marathon.ts';
import { describeSystem } from './support/parts.ts';
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

const GOOD = { REGISTRY_PASSWORD: 'good' };
const TOKEN = 'eyJ0.the-token-of.dcos';
const NAMES = ['gpu-1', 'gpu-2', 'web-1'];

describeSystem('node-prep check of an app', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  let inventory: string;
  const app = (more: object = {}) => ({
    id: '/prod/runner',
    instances: 1,
    cpus: 1,
    mem: 128,
    container: { type: 'DOCKER', docker: { image: `${places.registry.name}/app:1` } },
    fetch: [{ uri: `file://${ARCHIVE}` }],
    healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' }, timeoutSeconds: 20 }],
    ...more,
  });
  const write = (value: object, name = 'app.json') => {
    writeFileSync(join(operator.folder, name), JSON.stringify(value, null, 2));
    return name;
  };

  beforeAll(async () => {
    fleet = await startFleet({ agents: Object.fromEntries(NAMES.map((name) => [name, {}])) });
    places = await startPlaces(fleet.enclave, 'good');
    operator = newOperator(fleet);
    const { name } = places.registry;
    const archive = handMadeArchive({ [name]: { auth: authOf('ci-puller', 'good') } });
    for (const agent of fleet.agents) {
      const put = await agent.run(
        `base64 -d >${ARCHIVE} && chmod 600 ${ARCHIVE}`,
        archive.toString('base64'),
      );
      if (put.code !== 0) throw new Error(`${agent.name}: exit ${put.code} ${put.stderr}`);
    }
    const auth = JSON.stringify({ auths: { [name]: { auth: authOf('ci-puller', 'good') } } });
    const pushed = await fleet.agent('gpu-1').run(
      `export HOME=$(mktemp -d); mkdir $HOME/.docker; cat >$HOME/.docker/config.json; cd $HOME
       echo hello >file; tar -cf - file | docker import - ${name}/app:1 && docker push ${name}/app:1 && docker rmi ${name}/app:1
       code=$?; rm -r $HOME; exit $code`,
      auth,
    );
    if (pushed.code !== 0) throw new Error(pushed.stderr);
    inventory = operator.inventory({
      registries: { [name]: registryEntry() },
      ssh: sshOf(fleet),
      checks: QUICK_CHECKS,
      marathon: { token: { env: 'DCOS_TOKEN' } },
      agents: fleet.agents.map((agent) => entryOf(agent)),
    });
  });
  afterAll(() => fleet?.close());

  test('a good app on a good fleet: exit 0, no finding, and its commands were run', async () => {
    const report = await operator.report(['check', inventory, '--app', write(app())], GOOD);
    expect(report, why(report)).toMatchObject({ ok: true, exitCode: 0, findings: [] });
    expect(report.agents.map(({ checks }) => checks.map(({ command }) => command))).toEqual(
      NAMES.map(() => ['true']),
    );
  });

  test('from standard input too', async () => {
    const args = ['check', inventory, '--app', '-', '-o', 'json'];
    const good = await operator.run(args, GOOD, JSON.stringify(app()));
    expect(good.code, good.stderr).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, findings: [] });
    // An app that is no JSON is a finding, and shuts the gate.
    const cut = await operator.run(args, GOOD, JSON.stringify(app()).slice(0, -1));
    expect(JSON.parse(cut.stdout)).toMatchObject({
      exitCode: 1,
      findings: [{ code: 'APP_INVALID', severity: 'error' }],
    });
  });

  test("a command is given the app's own time", async () => {
    const checks = [{ protocol: 'COMMAND', command: { value: 'sleep 20' }, timeoutSeconds: 1 }];
    const report = await operator.report(
      ['check', inventory, '--app', write(app({ healthChecks: checks }))],
      GOOD,
    );
    expect(report.agents.map(({ failure }) => failure?.code)).toEqual(NAMES.map(() => 'CHECK_TIMED_OUT'));
  });

  test('an error in the app shuts the gate, though every agent is good; its place and its cure are told', async () => {
    const file = write(app({ fetch: [{ uri: `file://${ARCHIVE}`, cache: true }] }));
    const report = await operator.report(['check', inventory, '--app', file], GOOD);
    expect(report).toMatchObject({ ok: false, exitCode: 1, totals: { ok: 3 } });
    const [finding] = report.findings ?? [];
    expect(finding).toMatchObject({ code: 'APP_FETCH_CACHED', severity: 'error' });
    const line = readFileSync(join(operator.folder, file), 'utf8').split('\n')[(finding?.line ?? 0) - 1];
    expect(line).toContain('cache');
    expect(finding?.hint).toContain(`"uri": "file://${ARCHIVE}"`);
  });

  test('a warning does so only with --strict', async () => {
    const checks = [{ protocol: 'COMMAND', command: { value: 'true' }, timeoutSeconds: 2 }];
    const file = write(app({ healthChecks: checks }));
    const report = await operator.report(['check', inventory, '--app', file], GOOD);
    expect(report).toMatchObject({ exitCode: 0, findings: [{ code: 'APP_CHECK_TIMEOUT_SHORT' }] });
    const strict = await operator.report(['check', inventory, '--app', file, '--strict'], GOOD);
    expect(strict.exitCode).toBe(1);
  });

  test('constraints on hostname narrow the agents; the others are named', async () => {
    const file = write(app({ constraints: [['hostname', 'LIKE', 'gpu-.*']] }));
    const report = await operator.report(['check', inventory, '--app', file], GOOD);
    expect(report.agents.map(({ name }) => name)).toEqual(['gpu-1', 'gpu-2']);
    expect(report.warnings.find(({ code }) => code === 'AGENTS_NOT_JUDGED')?.message).toContain('web-1');
    const nowhere = write(app({ constraints: [['hostname', 'CLUSTER', 'elsewhere']] }));
    const none = await operator.run(['check', inventory, '--app', nowhere], GOOD);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('runs on none of these agents');
  });

  test("the app's user is the one who has to read the archive", async () => {
    const report = await operator.report(['check', inventory, '--app', write(app({ user: 'nobody' }))], GOOD);
    expect(new Set(report.agents.map(({ failure }) => failure?.code))).toEqual(
      new Set(['ARCHIVE_UNREADABLE_BY_TASK']),
    );
  });

  test('a secret of the app is never repeated', async () => {
    const file = write(app({ env: { CLUSTER_TOKEN: 'very-secret-cluster-token' } }));
    for (const output of ['json', 'ndjson', 'junit', 'lines']) {
      const ran = await operator.run(['check', inventory, '--app', file, '-o', output], {
        ...GOOD,
        GITHUB_ACTIONS: 'true',
      });
      expect(ran.stdout + ran.stderr).toContain('APP_SECRET_IN_CLEAR');
      expect(ran.stdout + ran.stderr).not.toContain('very-secret-cluster-token');
    }
  });

  test('GitHub gets annotations on standard error, and standard output stays what was asked for', async () => {
    const file = write(app({ fetch: [{ uri: `file://${ARCHIVE}`, cache: true }] }));
    const args = ['check', inventory, '--app', file, '-o', 'json'];
    const ran = await operator.run(args, { ...GOOD, GITHUB_ACTIONS: 'true' });
    expect(ran.stderr).toMatch(/^::error file=app\.json,line=\d+,.*title=APP_FETCH_CACHED/m);
    expect(JSON.parse(ran.stdout)).toMatchObject({ command: 'check' });
    expect((await operator.run(args, GOOD)).stderr).not.toContain('::error');
  });

  test.each([
    [
      'with an error',
      { fetch: [{ uri: `file://${ARCHIVE}`, cache: true }] },
      [],
      1,
      'failure type="APP_FETCH_CACHED"',
    ],
    ['with a warning', { env: { CLUSTER_TOKEN: 'x'.repeat(20) } }, [], 0, '<system-out>APP_SECRET_IN_CLEAR'],
    [
      'with a warning that counts',
      { env: { CLUSTER_TOKEN: 'x'.repeat(20) } },
      ['--strict'],
      1,
      'failure type="APP_SECRET_IN_CLEAR"',
    ],
    ['without any', {}, [], 0, '<testcase name="app" classname="app"'],
  ] as const)('JUnit XML, %s, is what a CI server reads', async (_, more, flags, code, said) => {
    const args = ['check', inventory, '--app', write(app(more)), '-o', 'junit', ...flags];
    const ran = await operator.run(args, GOOD);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stdout).toContain(said);
    const schema = join(import.meta.dirname, '../output/junit.xsd');
    const valid = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], {
      input: ran.stdout,
      encoding: 'utf8',
    });
    expect(valid.stderr).toBe('- validates\n');
  });

  describe('from Marathon', () => {
    let url = '';
    let marathon: Awaited<ReturnType<typeof startMarathonIn>>;
    beforeAll(async () => {
      marathon = await startMarathonIn(fleet.enclave, {
        apps: { '/prod/runner': app() },
        token: TOKEN,
        mesosUser: 'nobody',
      });
      url = `${marathon.url}/service/marathon`;
    });
    const ask = (args: readonly string[], token = TOKEN) =>
      operator.run(['check', inventory, '--app-id', '/prod/runner', ...args], { ...GOOD, DCOS_TOKEN: token });

    test('with the token of the inventory; who runs its tasks is known, too', async () => {
      const ran = await ask(['--marathon', url, '-o', 'json']);
      const report = JSON.parse(ran.stdout);
      expect(report.findings).toEqual([]);
      expect(report.agents[0].failure.code).toBe('ARCHIVE_UNREADABLE_BY_TASK');
      const root = await ask(['--marathon', url, '--task-user', 'root']);
      expect(root.code, root.stderr).toBe(0);
    });

    test('a redirect of the same host is followed', async () => {
      const ran = await ask(['--marathon', `${marathon.url}/standby`, '--task-user', 'root']);
      expect(ran.code, ran.stderr).toBe(0);
    });

    test('another token: exit 2, nothing is contacted, and the token is in no output', async () => {
      const before = fleet.agent('gpu-1').log();
      const ran = await ask(['--marathon', url], 'a-token-that-is-wrong');
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain('status 401');
      expect(ran.stderr + ran.stdout).not.toContain('a-token-that-is-wrong');
      expect(fleet.agent('gpu-1').log()).toBe(before);
    });

    test('no token to be had: exit 3', async () => {
      const args = ['check', inventory, '--marathon', url, '--app-id', '/prod/runner'];
      expect((await operator.run(args, GOOD)).code).toBe(3);
    });

    test('an app that is not there', async () => {
      const args = ['check', inventory, '--marathon', url, '--app-id', '/none'];
      const ran = await operator.run(args, { ...GOOD, DCOS_TOKEN: TOKEN });
      expect(ran).toMatchObject({ code: 2 });
      expect(ran.stderr).toContain('/none');
    });
  });

  test('a file for metrics that cannot be written is refused before anything is contacted', async () => {
    const before = fleet.agent('gpu-1').log();
    const ran = await operator.run(['check', inventory, '--prometheus', '/nowhere/node-prep.prom'], GOOD);
    expect(ran.code).toBe(2);
    expect(existsSync('/nowhere')).toBe(false);
    expect(fleet.agent('gpu-1').log()).toBe(before);
  });
});
