import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from './support/agent.ts';
import type { AgentOptions } from './support/agent-files.ts';
import { ARCHIVE, authOf, authsIn, listing } from './support/archives.ts';
import { OWN_DOCKER_CONFIG } from './support/base.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { type Places, startPlaces } from './support/places.ts';
import { quiet } from './support/quiet.ts';
import { withCredentialHelper, withNewDocker, withSnapDocker } from './support/special.ts';
import { entryOf, newOperator, type Operator, outcomeOf, registryEntry, sshOf, why } from './support/tool.ts';

// Who logs in where: every agent is healthy, but no two kinds are reached alike.
const LOGINS: Readonly<Record<string, string>> = {
  'by-sudo': 'ops',
  'by-fish': 'fishy',
  'by-tcsh': 'tcshy',
  'by-busybox': 'ashy',
  'noisy-bash': 'noisybash',
  'noisy-fish': 'noisyfish',
  'noisy-tcsh': 'noisytcsh',
  flooding: 'flood',
};
const AGENTS: Readonly<Record<string, AgentOptions>> = {
  ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`plain-${index}`, {}])),
  ...Object.fromEntries(Object.keys(LOGINS).map((name) => [name, {}])),
  'helper-in-path': withCredentialHelper,
  'newer-docker': withNewDocker(),
  'docker-from-snap': withSnapDocker,
};
const FIRST = { REGISTRY_PASSWORD: 'the first p4ssword: "quoted" $HOME \\ ü' };
const SECOND = { REGISTRY_PASSWORD: 'the second' };

describeSystem('node-prep run on a fleet of 21 healthy agents, one story from start to end', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  let inventory: string;
  const everyAgent = (what: (agent: Agent) => void) => fleet.agents.forEach(what);
  const snapshot = () => new Map(fleet.agents.map((agent) => [agent.name, agent.changes()]));
  const entries = (more: object = {}) =>
    fleet.agents.map((agent) =>
      entryOf(agent, { ...(LOGINS[agent.name] && { ssh: { user: LOGINS[agent.name] } }), ...more }),
    );

  beforeAll(async () => {
    fleet = await startFleet({ agents: AGENTS });
    places = await startPlaces(fleet.enclave, FIRST.REGISTRY_PASSWORD);
    operator = newOperator(fleet);
    const registries = { [places.registry.name]: registryEntry() };
    inventory = operator.inventory({ registries, ssh: sshOf(fleet), agents: entries() });
  });
  afterAll(() => fleet?.close());

  test('a dry run proves the credential once, says what would change, and leaves no trace', async () => {
    const before = snapshot();
    const report = await operator.report(['run', inventory, '--dry-run'], FIRST);
    expect(report, why(report)).toMatchObject({
      ok: true,
      exitCode: 0,
      dryRun: true,
      totals: { agents: 21, ok: 21, changed: 21 },
    });
    expect(snapshot()).toEqual(before);
    expect(places.registry.admissions()).toBe(1);
    await quiet(fleet.agents);
  });

  test('the first run installs the same archive on every agent', async () => {
    const before = snapshot();
    const report = await operator.report(['run', inventory], FIRST);
    expect(report, why(report)).toMatchObject({ command: 'run', ok: true, exitCode: 0, dryRun: false });
    expect(report.totals, why(report)).toEqual({
      agents: 21,
      ok: 21,
      changed: 21,
      failed: 0,
      unreachable: 0,
      notAttempted: 0,
    });
    expect(report.agents.map(({ name }) => name)).toEqual(Object.keys(AGENTS));
    await quiet(fleet.agents);
    const archive = fleet.agent('plain-0').read(ARCHIVE);
    everyAgent((agent) => {
      expect(agent.state(ARCHIVE), agent.name).toMatchObject({ kind: 'file', mode: '0600', uid: 0, gid: 0 });
      expect(agent.read(ARCHIVE).equals(archive), agent.name).toBe(true);
      const fresh = [...agent.changes().keys()].filter((path) => !before.get(agent.name)?.has(path));
      expect(
        fresh.filter((path) => path !== '/etc'),
        agent.name,
      ).toEqual([ARCHIVE]);
    });
    const outcome = outcomeOf(report, 'by-sudo');
    expect(outcome).toMatchObject({ status: 'ok', changed: true, failures: [], port: 22, group: null });
    expect(outcome.steps.map(({ id }) => id)).toEqual([
      'connect',
      'become',
      'login',
      'pack',
      'install',
      'verify',
    ]);
    expect(outcome.steps.find(({ id }) => id === 'install')?.status).toBe('changed');
  });

  test("the archive is what the docs' recipe makes by hand: .docker/config.json with this registry and no other", () => {
    const archive = fleet.agent('plain-1').read(ARCHIVE);
    expect(listing(archive)).toEqual([
      'drwx------ root/root .docker/',
      '-rw------- root/root .docker/config.json',
    ]);
    const auth = authOf('ci-puller', FIRST.REGISTRY_PASSWORD);
    expect(authsIn(archive)).toEqual({ [places.registry.name]: { auth } });
  });

  test("Mesos's way to pull works with it: HOME is the folder where it was unpacked", async () => {
    const image = `${places.registry.name}/app:1`;
    const unpack = `d=$(mktemp -d) && cd $d && tar -xf ${ARCHIVE} && export HOME=$d`;
    const build = `echo hello >file && tar -cf - file | docker import - ${image}`;
    const push = `docker push ${image} && docker rmi ${image}`;
    const made = await fleet
      .agent('plain-2')
      .run(`${unpack} && ${build} && ${push}; code=$?; rm -r $d; exit $code`);
    expect(made.code, made.stderr).toBe(0);
    const pull = `docker -H unix:///var/run/docker.sock pull ${image}`;
    const pulled = await fleet
      .agent('plain-3')
      .run(`${unpack} && ${pull} && docker rmi ${image}; code=$?; rm -r $d; exit $code`);
    expect(pulled.code, pulled.stderr).toBe(0);
    const refused = await fleet.agent('plain-3').run(`HOME=/nowhere ${pull}`);
    expect(refused.stderr).toContain('no basic auth credentials');
  });

  test("the agent's own Docker login is untouched, and no credential helper got the password", async () => {
    everyAgent((agent) =>
      expect(agent.read('/root/.docker/config.json').toString(), agent.name).toBe(OWN_DOCKER_CONFIG),
    );
    expect(fleet.agent('helper-in-path').state('/var/tmp/swallowed')).toBeNull();
    const left = await fleet.agent('docker-from-snap').run('ls -A /var/snap/docker/common');
    expect(left).toMatchObject({ code: 0, stdout: '' });
  });

  test('the check for dockerd is found to be vacuous, judged by the process table, and named once', async () => {
    const report = await operator.report(['run', inventory, '--limit', 'plain-0'], FIRST);
    const [runner, dockerd, docker] = outcomeOf(report, 'plain-0').checks;
    expect(runner).toMatchObject({ id: 'runner', verdict: 'pass', expect: 'runnable' });
    expect(dockerd).toMatchObject({
      id: 'dockerd',
      verdict: 'pass',
      vacuous: true,
      command: 'ps -Aef | grep -q dockerd',
    });
    expect(docker).toMatchObject({ id: 'docker', verdict: 'pass', exitCode: 0 });
    expect(report.warnings.filter(({ code }) => code === 'CHECK_VACUOUS')).toHaveLength(1);
  });

  test('a second run changes nothing: the same inode, the same times', async () => {
    const before = fleet.agents.map((agent) => agent.state(ARCHIVE));
    const report = await operator.report(['run', inventory], FIRST);
    expect(report.totals, why(report)).toMatchObject({ ok: 21, changed: 0 });
    expect(report.agents.flatMap(({ changed }) => changed)).toEqual(fleet.agents.map(() => false));
    expect(outcomeOf(report, 'plain-0').steps.find(({ id }) => id === 'install')?.status).toBe('unchanged');
    expect(fleet.agents.map((agent) => agent.state(ARCHIVE))).toEqual(before);
    everyAgent((agent) => expect(agent.state(`${ARCHIVE}.previous`), agent.name).toBeNull());
  });

  test('only the limited agents are contacted', async () => {
    const report = await operator.report(
      ['run', inventory, '--limit', 'plain-*', '--exclude', 'plain-[3-9]'],
      FIRST,
    );
    expect(report.agents.map(({ name }) => name)).toEqual(['plain-0', 'plain-1', 'plain-2']);
  });

  test('after the password was rotated, every agent gets the new one and keeps the previous archive', async () => {
    const old = fleet.agent('plain-0').read(ARCHIVE);
    await places.registry.setUsers({ 'ci-puller': SECOND.REGISTRY_PASSWORD, other: 'other-password' });
    const before = new Map(fleet.agents.map((agent) => [agent.name, agent.state(ARCHIVE)?.inode]));
    const report = await operator.report(['run', inventory], SECOND);
    expect(report.totals, why(report)).toMatchObject({ ok: 21, changed: 21 });
    everyAgent((agent) => {
      const auth = authOf('ci-puller', SECOND.REGISTRY_PASSWORD);
      expect(authsIn(agent.read(ARCHIVE)), agent.name).toEqual({ [places.registry.name]: { auth } });
      expect(agent.read(`${ARCHIVE}.previous`).equals(old), agent.name).toBe(true);
      expect(agent.state(`${ARCHIVE}.previous`), agent.name).toMatchObject({ mode: '0600', uid: 0, gid: 0 });
      expect(agent.state(ARCHIVE)?.inode, agent.name).not.toBe(before.get(agent.name));
    });
  });

  test('owner, group and mode are those of the inventory, and a drifted one is set right', async () => {
    const archive = { group: 'nogroup', mode: '0640' };
    const registries = { [places.registry.name]: registryEntry() };
    const changed = operator.inventory({
      registries,
      archive,
      ssh: sshOf(fleet),
      agents: entries().slice(0, 2),
    });
    expect(await operator.report(['run', changed], SECOND)).toMatchObject({ totals: { ok: 2, changed: 2 } });
    expect(fleet.agent('plain-0').state(ARCHIVE)).toMatchObject({ mode: '0640', uid: 0, gid: 65_534 });
    await fleet.agent('plain-1').run(`chmod 0666 ${ARCHIVE}`);
    const report = await operator.report(['run', changed], SECOND);
    expect(report.agents.map(({ changed }) => changed)).toEqual([false, true]);
    expect(fleet.agent('plain-1').state(ARCHIVE)).toMatchObject({ mode: '0640' });
  });

  test('two registries, one of them with TLS by a private CA, are both proven and both in the archive', async () => {
    const registries = {
      [places.tls.name]: registryEntry('other', 'OTHER'),
      [places.registry.name]: registryEntry(),
    };
    const two = operator.inventory({ registries, ssh: sshOf(fleet), agents: entries().slice(2, 5) });
    const before = places.tls.admissions();
    const report = await operator.report(['run', two], { ...SECOND, OTHER: 'other-password' });
    expect(report.totals, why(report)).toMatchObject({ ok: 3, changed: 3 });
    expect(report.registries.map(({ name, username }) => [name, username])).toEqual([
      [places.tls.name, 'other'],
      [places.registry.name, 'ci-puller'],
    ]);
    expect(authsIn(fleet.agent('plain-2').read(ARCHIVE))).toEqual({
      [places.tls.name]: { auth: authOf('other', 'other-password') },
      [places.registry.name]: { auth: authOf('ci-puller', SECOND.REGISTRY_PASSWORD) },
    });
    expect(places.tls.admissions() - before).toBe(3);
  });

  test('a registry that issues identity tokens: each agent has its own, and a second run changes none', async () => {
    const registries = { [places.token.name]: registryEntry() };
    const password = { REGISTRY_PASSWORD: 'token-password' };
    const path = '/etc/token.tar.gz';
    const token = operator.inventory({
      registries,
      archive: { path },
      ssh: sshOf(fleet),
      agents: entries().slice(5, 8),
    });
    expect(await operator.report(['run', token], password)).toMatchObject({ totals: { ok: 3, changed: 3 } });
    const agents = [5, 6, 7].map((index) => fleet.agent(`plain-${index}`));
    const found = agents.map((agent) => authsIn(agent.read(path))[places.token.name]);
    for (const entry of found)
      expect(entry).toMatchObject({ identitytoken: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(new Set(found.map((entry) => entry?.identitytoken)).size).toBe(3);
    for (const entry of found)
      expect(Buffer.from(entry?.auth ?? '', 'base64').toString()).not.toContain('token-password');
    const before = agents.map((agent) => agent.state(path));
    expect(await operator.report(['run', token], password)).toMatchObject({ totals: { ok: 3, changed: 0 } });
    expect(agents.map((agent) => agent.state(path))).toEqual(before);
  });
});
