import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import type { Agent } from './support/agent.ts';
import { ARCHIVE, authOf, handMadeArchive } from './support/archives.ts';
import { CLEAN, FAULTS, type Fault } from './support/check-faults.ts';
import { eventually } from './support/eventually.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { NO_AGENTS, NO_REGISTRIES, type Places, startPlaces } from './support/places.ts';
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
import { visitsOf } from './support/visits.ts';

const GOOD = { REGISTRY_PASSWORD: 'good' };
const ALL: Readonly<Record<string, Fault>> = { ...FAULTS, ...CLEAN };
// Agents of one fault each with the same wrong password: see the lock-out test.
const SAME = Array.from({ length: 8 }, (_, index) => `same-${index}`);

const PACK = `pack() { d=$(mktemp -d); mkdir -m 700 $d/.docker; cat >$d/.docker/config.json; tar -C $d -czf ${ARCHIVE} .docker; chmod 600 ${ARCHIVE}; rm -r $d; }`;

async function put(agent: Agent, archive: Buffer): Promise<void> {
  const done = await agent.run(`base64 -d >${ARCHIVE} && chmod 600 ${ARCHIVE}`, archive.toString('base64'));
  if (done.code !== 0) throw new Error(`${agent.name}: ${done.stderr}`);
}

/** Makes an image of nothing on an agent, and pushes it with a login of its own; gives its digest. */
async function push(agent: Agent, image: string, user: string, password: string): Promise<string> {
  const registry = image.replace(/\/.*$/s, '');
  const auth = JSON.stringify({ auths: { [registry]: { auth: authOf(user, password) } } });
  const made = await agent.run(
    `export HOME=$(mktemp -d); mkdir $HOME/.docker; cat >$HOME/.docker/config.json
     cd $HOME && echo hello >file && tar -cf - file | docker import - ${image} && docker push ${image} && docker rmi ${image}
     code=$?; rm -r $HOME; exit $code`,
    auth,
  );
  if (made.code !== 0) throw new Error(made.stderr);
  return /digest: (sha256:\w+)/.exec(made.stdout)?.[1] ?? '';
}

/** Everything on the agent: paths, kinds, modes, owners, times of files and folders, contents. */
const everything = (agent: Agent) => ({
  written: agent.changes({ folderTimes: true }),
  // File systems of their own, which the layers do not show.
  mounted: ['/srv/own', '/srv/own/docker.tar.gz'].map((path) => agent.state(path)),
});

describeSystem('node-prep check', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  let archive: Buffer;
  let image: string;
  let digest: string;
  const snapshot = () => new Map(fleet.agents.map((agent) => [agent.name, everything(agent)]));
  const images = async () => (await fleet.agent('clean-2').run('docker images -q')).stdout.trim();
  // All agents share this machine's processors: none is given up because it is slow.
  const ssh = () => sshOf(fleet, { connectTimeout: '60s' });
  const registries = () => ({ [places.registry.name]: registryEntry() });

  beforeAll(async () => {
    const options = Object.entries(ALL).map(([name, { agent = {} }]) => [name, agent] as const);
    const same = SAME.map((name) => [name, {}] as const);
    fleet = await startFleet({ agents: Object.fromEntries([...options, ...same]) });
    places = await startPlaces(fleet.enclave, 'good');
    operator = newOperator(fleet);
    image = `${places.registry.name}/app:1`;
    archive = handMadeArchive({ [places.registry.name]: { auth: authOf('ci-puller', 'good') } });
    digest = await push(fleet.agent('clean-1'), image, 'ci-puller', 'good');
    for (const agent of fleet.agents) await put(agent, archive);
    for (const [name, { plant }] of Object.entries(ALL)) {
      if (plant === undefined) continue;
      const planted = await fleet
        .agent(name)
        .run(`set -e; REGISTRY=${places.registry.name}; ${PACK}; ${plant}`);
      if (planted.code !== 0) throw new Error(`${name}: ${planted.stderr}`);
    }
  });
  afterAll(() => fleet?.close());

  describe('every fault, each planted on an agent of its own, in one run beside clean agents', () => {
    let report: Report;
    let before: ReturnType<typeof snapshot>;
    let refusals = 0;
    beforeAll(async () => {
      const agents = Object.entries(ALL).map(([name, { entry }]) => entryOf(fleet.agent(name), entry));
      const inventory = operator.inventory({
        registries: registries(),
        ssh: ssh(),
        agents: [...agents, { host: NO_AGENTS.refuses, name: 'unreachable' }],
      });
      before = snapshot();
      const refused = places.registry.refusals();
      report = await operator.report(['check', inventory, '--image', image], GOOD);
      refusals = places.registry.refusals() - refused;
    });

    test.each(Object.keys(ALL))('%s', (name) => {
      const { codes, says } = ALL[name] as Fault;
      const outcome = outcomeOf(report, name);
      expect(outcome.failures.map(({ code }) => code).sort(), why(report)).toEqual([...codes].sort());
      expect(outcome.status).toBe(codes.length === 0 ? 'ok' : 'failed');
      expect(outcome.changed).toBe(false);
      if (says !== undefined) expect(outcome.failures.map(({ message }) => message).join('\n')).toMatch(says);
    });

    test('the gate is shut: exit 1, and one unreachable agent is enough for that', () => {
      expect(report).toMatchObject({ command: 'check', ok: false, exitCode: 1 });
      expect(outcomeOf(report, 'unreachable').status).toBe('unreachable');
    });

    test('what a killed run left is told, and left', () => {
      const warning = report.warnings.find(({ code }) => code === 'LEFTOVERS');
      expect(warning?.message).toMatch(
        /left on left-over, for example \/etc\/\.docker\.tar\.gz\.node-prep\.77/,
      );
    });

    test('nothing is changed on any agent: what is there, whose, since when and what it holds is the same', async () => {
      expect(snapshot()).toEqual(before);
      await quiet(fleet.agents);
    });

    test('a password that lies on several agents is refused once, by the registry’s own log', () => {
      // old-password and three-faults hold the same one; hidden-by-login another; the rest none, or a good one.
      expect(refusals).toBe(2);
    });

    test("one connection and one command per agent, by sshd's log", () => {
      const seen = Object.keys(ALL).map((name) => ({ name, ...visitsOf(fleet.agent(name)) }));
      expect(seen).toEqual(Object.keys(ALL).map((name) => ({ name, logins: 1, commands: 1 })));
    });

    test('where nobody has the secret, stale is not told from current, and all else is', async () => {
      const inventory = operator.inventory({
        registries: registries(),
        ssh: ssh(),
        agents: ['clean-1', 'old-password'].map((name) =>
          entryOf(fleet.agent(name), { checks: QUICK_CHECKS }),
        ),
      });
      const without = await operator.report(['check', inventory, '--image', image]);
      expect(without.agents.map(({ failure }) => failure?.code)).toEqual([undefined, 'PULL_DENIED']);
      expect(without.warnings.map(({ code }) => code)).toContain('CREDENTIAL_NOT_COMPARED');
    });
  });

  describe('the proof', () => {
    const inventoryOf = (names: readonly string[], more: object = {}) =>
      operator.inventory({
        registries: registries(),
        ssh: ssh(),
        checks: QUICK_CHECKS,
        agents: names.map((name) => entryOf(fleet.agent(name))),
        ...more,
      });

    test('a wrong password on eight agents is one failed login, though the image is there already', async () => {
      const wrong = handMadeArchive({ [places.registry.name]: { auth: authOf('ci-puller', 'wrong') } });
      const held = handMadeArchive({ [places.registry.name]: { auth: authOf('ci-puller', 'good') } });
      for (const name of SAME) await put(fleet.agent(name), wrong);
      await put(fleet.agent('clean-2'), held);
      const pulled = await operator.report(
        ['check', inventoryOf(['clean-2']), '--image', image, '--pull'],
        GOOD,
      );
      expect(pulled, why(pulled)).toMatchObject({ ok: true });
      expect(await images()).not.toBe('');

      const refused = places.registry.refusals();
      const report = await operator.report(['check', inventoryOf(SAME), '--image', image], GOOD);
      expect(report.agents.map(({ failures }) => failures.map(({ code }) => code).join(' '))).toEqual(
        SAME.map(() => 'ARCHIVE_STALE PULL_DENIED'),
      );
      expect(places.registry.refusals() - refused).toBe(1);
      await fleet.agent('clean-2').run(`docker rmi ${image}`);
    });

    test('without --pull no image is brought', async () => {
      await operator.report(['check', inventoryOf(['clean-2']), '--image', image], GOOD);
      expect(await images()).toBe('');
    });

    test('an image that lies there by its digest hides no wrong password, which is tried once', async () => {
      const named = image.replace(/:1$/, `@${digest}`);
      const asked = (name: string) => ['check', inventoryOf([name]), '--image', named, '--pull'];
      await put(
        fleet.agent('same-0'),
        handMadeArchive({ [places.registry.name]: { auth: authOf('ci-puller', 'wrong') } }),
      );
      const pulled = await operator.report(asked('clean-2'), GOOD);
      expect(pulled, why(pulled)).toMatchObject({ ok: true });
      expect(await images()).not.toBe('');
      const refused = places.registry.refusals();
      const report = await operator.report(asked('same-0'), GOOD);
      expect(report.agents[0]?.failures.map(({ code }) => code)).toEqual(['ARCHIVE_STALE', 'PULL_DENIED']);
      expect(places.registry.refusals() - refused).toBe(1);
      await fleet.agent('clean-2').run(`docker rmi ${named}`);
      expect(await images()).toBe('');
    });

    test("docker pulls by the archive, not by the agent's own login nor by what the login shell exports", async () => {
      const names = ['hidden-by-login', 'spoilt-login', 'no-own-login', 'old-docker'];
      const before = new Map(names.map((name) => [name, everything(fleet.agent(name))]));
      const report = await operator.report(['check', inventoryOf(names), '--image', image, '--pull'], GOOD);
      expect(
        report.agents.map(({ failures }) => failures.map(({ code }) => code).join(' ')),
        why(report),
      ).toEqual(['ARCHIVE_STALE PULL_DENIED', '', '', '']);
      expect(report.agents[0]?.failures[1]?.message).toMatch(/unauthorized/);
      expect(new Map(names.map((name) => [name, everything(fleet.agent(name))]))).toEqual(before);
      await fleet.agent('clean-2').run(`docker rmi ${image}`);
    });

    test('without an image the credential is shown to the registry, with no login', async () => {
      const report = await operator.report(['check', inventoryOf(['clean-1', 'same-0'])], GOOD);
      expect(report.agents.map(({ failures }) => failures.map(({ code }) => code).join(' '))).toEqual([
        '',
        'ARCHIVE_STALE PULL_DENIED',
      ]);
    });

    test.each([
      ['an image that is not there', 'no-such:1', /not found/],
      ['a tag that is not there', 'app:2', /not found/],
    ])('%s', async (_, name, words) => {
      const asked = ['check', inventoryOf(['clean-1']), '--image', `${places.registry.name}/${name}`];
      for (const more of [[], ['--pull']]) {
        const report = await operator.report([...asked, ...more], GOOD);
        expect(report.agents[0]?.failure).toMatchObject({
          code: 'PULL_DENIED',
          message: expect.stringMatching(words),
        });
      }
    });

    test.each([
      ['a registry that is down', NO_REGISTRIES.refuses, 'PULL_DENIED', /unreachable/, []],
      ['a registry that is down, by a pull', NO_REGISTRIES.refuses, 'PULL_DENIED', /unreachable/, ['--pull']],
      ['a registry in trouble', NO_REGISTRIES.failing, 'PULL_DENIED', /unreachable/, []],
      ['a registry that asks to slow down', NO_REGISTRIES.rateLimits, 'REGISTRY_RATE_LIMITED', /./, []],
      ['a registry whose CA nobody knows', 'untrusted.example.com', 'PULL_DENIED', /TLS/, []],
      [
        'a registry whose CA nobody knows, by a pull',
        'untrusted.example.com',
        'PULL_DENIED',
        /TLS/,
        ['--pull'],
      ],
    ] as const)('%s', async (_, name, code, words, more) => {
      const agent = fleet.agent('clean-2');
      await put(agent, handMadeArchive({ [name]: { auth: authOf('ci-puller', 'good') } }));
      const inventory = inventoryOf(['clean-2'], { registries: { [name]: registryEntry() } });
      const report = await operator.report(
        ['check', inventory, '--image', `${name}/app:1`, '--timeout', '15s', ...more],
        GOOD,
      );
      expect(report.agents[0]?.failure, why(report)).toMatchObject({
        code,
        message: expect.stringMatching(words),
      });
      await put(agent, archive);
    });

    test('a registry with a private CA that the agent knows', async () => {
      const { name } = places.tls;
      await push(fleet.agent('clean-1'), `${name}/app:1`, 'ci-puller', 'good');
      const agent = fleet.agent('clean-2');
      await put(agent, handMadeArchive({ [name]: { auth: authOf('ci-puller', 'good') } }));
      const inventory = inventoryOf(['clean-2'], { registries: { [name]: registryEntry() } });
      const certs = '/etc/docker/certs.d/registry.example.com';
      const ca = readFileSync(places.certificate.certificate, 'utf8');
      await agent.run(`mkdir -p ${certs} && cat >${certs}/ca.crt`, ca);
      const report = await operator.report(['check', inventory, '--image', `${name}/app:1`], GOOD);
      expect(report, why(report)).toMatchObject({ ok: true });
      await put(agent, archive);
    });

    test('a repository that this user may not read, at a registry with a token server', async () => {
      const { name } = places.token;
      for (const repository of ['open/app', 'closed/app'])
        await push(fleet.agent('clean-1'), `${name}/${repository}:1`, 'pusher', 'token-password');
      const agent = fleet.agent('clean-2');
      await put(agent, handMadeArchive({ [name]: { auth: authOf('ci-puller', 'token-password') } }));
      const inventory = inventoryOf(['clean-2'], { registries: { [name]: registryEntry() } });
      const secret = { REGISTRY_PASSWORD: 'token-password' };
      const check = (repository: string, ...more: string[]) =>
        operator.report(['check', inventory, '--image', `${name}/${repository}:1`, ...more], secret);
      const open = await check('open/app');
      expect(open, why(open)).toMatchObject({ ok: true });
      for (const more of [[], ['--pull']]) {
        const closed = await check('closed/app', ...more);
        expect(closed.agents[0]?.failure, why(closed)).toMatchObject({
          code: 'PULL_DENIED',
          message: expect.stringMatching(/denied/),
        });
      }
      await put(agent, archive);
    });
  });

  describe("the task's user", () => {
    const check = (name: string, archiveOf: object, user: string) =>
      operator.report(
        [
          'check',
          operator.inventory({
            registries: registries(),
            ssh: ssh(),
            checks: QUICK_CHECKS,
            agents: [entryOf(fleet.agent(name), { archive: archiveOf })],
          }),
          '--task-user',
          user,
        ],
        GOOD,
      );

    test('who may not read the archive', async () => {
      const report = await check('clean-1', {}, 'nobody');
      expect(report.agents[0]?.failure?.code).toBe('ARCHIVE_UNREADABLE_BY_TASK');
    });

    test('who may, by a group', async () => {
      const agent = fleet.agent('clean-2');
      await agent.run(`chgrp nogroup ${ARCHIVE}; chmod 640 ${ARCHIVE}`);
      const report = await check('clean-2', { group: 'nogroup', mode: '0640' }, 'nobody');
      expect(report, why(report)).toMatchObject({ ok: true });
      await put(agent, archive);
      await agent.run(`chgrp root ${ARCHIVE}`);
    });

    test('who is not there', async () => {
      const report = await check('clean-1', {}, 'no-such-user');
      expect(report.agents[0]?.failure?.message).toMatch(/no such user/);
    });
  });

  test('a clean fleet: exit 0, no failure, no finding, and what a pipeline reads', async () => {
    const names = Object.keys(CLEAN);
    const inventory = operator.inventory({
      registries: registries(),
      ssh: ssh(),
      agents: names.map((name) => entryOf(fleet.agent(name), CLEAN[name]?.entry)),
    });
    const before = snapshot();
    const metrics = join(operator.folder, 'node-prep.prom');
    const args = ['check', inventory, '--image', image, '--prometheus', metrics];
    const report = await operator.report(args, GOOD);
    expect(report, why(report)).toMatchObject({ ok: true, exitCode: 0, totals: { ok: names.length } });
    expect(new Set(report.agents.map((agent) => agent.archive?.generation)).size).toBe(1);
    const run = await operator.report(['run', inventory, '--dry-run'], GOOD);
    expect(run.generation).toBe(report.agents[0]?.archive?.generation);
    const text = readFileSync(metrics, 'utf8');
    expect(text).toMatch(new RegExp(`^node_prep_agents\\{.*status="ok"\\} ${names.length}$`, 'm'));
    expect(text).not.toContain(authOf('ci-puller', 'good'));
    expect((statSync(metrics).mode & 0o777).toString(8)).toBe('644');
    expect(readdirSync(operator.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await quiet(fleet.agents);
    expect(snapshot()).toEqual(before);
  });

  test('one agent of a clean fleet that does not answer shuts the gate', async () => {
    const inventory = operator.inventory({
      registries: registries(),
      ssh: ssh(),
      checks: QUICK_CHECKS,
      agents: [entryOf(fleet.agent('clean-1')), { host: NO_AGENTS.refuses, name: 'unreachable' }],
    });
    const report = await operator.report(['check', inventory, '--image', image], GOOD);
    expect(report).toMatchObject({ exitCode: 1, ok: false, totals: { ok: 1, unreachable: 1 } });
  });

  test('what the tool left when it was killed in the middle cleans up by itself', async () => {
    const inventory = operator.inventory({
      registries: registries(),
      ssh: ssh(),
      checks: [{ id: 'slow', command: 'sleep 60', expect: 'pass', timeout: '2m' }],
      agents: [entryOf(fleet.agent('clean-1'))],
    });
    const before = everything(fleet.agent('clean-1'));
    const running = operator.start(['check', inventory, '--image', image], GOOD);
    const sleeps = () =>
      fleet
        .agent('clean-1')
        .processes()
        .some(({ argv }) => argv.join(' ') === 'sleep 60');
    await eventually(sleeps, () => `the check did not begin: ${running.stderr()}`);
    running.child.kill('SIGKILL');
    await running.finished;
    await quiet([fleet.agent('clean-1')]);
    expect(everything(fleet.agent('clean-1'))).toEqual(before);
  });
});
