import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Agent } from './support/agent.ts';
import { ARCHIVE, authOf, authsIn } from './support/archives.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { NO_REGISTRIES, type Places, startPlaces } from './support/places.ts';
import { DOCKER_STARTS, withCountedDocker, withDockerThat, withOldDocker } from './support/special.ts';
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

const GOOD = Array.from({ length: 20 }, (_, index) => `good-${String(index + 1).padStart(2, '0')}`);
const PASSWORD = { REGISTRY_PASSWORD: 'the password' };
const WRONG = { REGISTRY_PASSWORD: 'not the password' };
const SAYS_NO =
  'cat >/dev/null; echo "Error: login attempt failed with status: 401 Unauthorized" >&2; exit 1';
// Its CA lies where Docker looks for it, and where the agent's curl is told to look.
const CA = '/etc/docker/certs.d/registry.example.com/ca.crt';

describeSystem('how the credential is proven, on a fleet of real agents', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  const entries = (names: readonly string[]) => names.map((name) => entryOf(fleet.agent(name)));
  const inventory = (names: readonly string[], registries: Readonly<Record<string, object>>) =>
    operator.inventory({ registries, ssh: sshOf(fleet), agents: entries(names), checks: QUICK_CHECKS });
  const usual = () => ({ [places.registry.name]: registryEntry() });
  const logins = (agent: Agent) =>
    agent.state(DOCKER_STARTS) === null
      ? 0
      : (agent
          .read(DOCKER_STARTS)
          .toString()
          .match(/\blogin\b/g)?.length ?? 0);
  const allLogins = () => fleet.agents.reduce((sum, agent) => sum + logins(agent), 0);
  const forget = () =>
    Promise.all(fleet.agents.map((agent) => agent.run(`rm -f ${ARCHIVE}* ${DOCKER_STARTS}`)));

  beforeAll(async () => {
    fleet = await startFleet({
      agents: {
        ...Object.fromEntries(GOOD.map((name) => [name, withCountedDocker])),
        'without-docker': { setup: 'rm /usr/bin/docker' },
        'says-no-1': withDockerThat('login', SAYS_NO),
        'says-no-2': withDockerThat('login', SAYS_NO),
        'old-docker': withOldDocker,
        'old-docker-no-curl': { ...withOldDocker, setup: 'rm /usr/bin/curl' },
      },
    });
    places = await startPlaces(fleet.enclave, PASSWORD.REGISTRY_PASSWORD);
    const ca = `mkdir -p $(dirname ${CA}) && cat >${CA}`;
    await fleet.agent('old-docker').run(ca, readFileSync(places.certificate.certificate, 'utf8'));
  });
  beforeEach(async () => {
    operator = newOperator(fleet);
    await forget();
  });
  afterAll(() => fleet?.close());

  test('a wrong password is tried on one agent, once, and nothing is changed anywhere', async () => {
    const refusals = places.registry.refusals();
    const before = fleet.agents.map((agent) => agent.changes().has(ARCHIVE));
    const report = await operator.report(['run', inventory(GOOD, usual())], WRONG);
    expect(report, why(report)).toMatchObject({ exitCode: 3, ok: false });
    expect(report.totals, why(report)).toMatchObject({
      agents: 20,
      ok: 0,
      changed: 0,
      failed: 1,
      notAttempted: 19,
    });
    expect(allLogins()).toBe(1);
    expect(places.registry.refusals() - refusals).toBe(1);
    expect(fleet.agents.map((agent) => agent.changes().has(ARCHIVE))).toEqual(before);
    const codes = report.agents.map(({ failure }) => failure?.code);
    expect(codes.filter((code) => code === 'REGISTRY_AUTH_REJECTED')).toHaveLength(1);
    expect(codes.filter((code) => code === 'STOPPED')).toHaveLength(19);
  });

  test('a right password is tried once before the rest, and then once by every agent', async () => {
    const names = GOOD.slice(0, 8);
    const report = await operator.report(['run', inventory(names, usual())], PASSWORD);
    expect(report.totals, why(report)).toMatchObject({ ok: 8, changed: 8 });
    expect(names.map((name) => logins(fleet.agent(name)))).toEqual(names.map(() => 1));
  });

  test("an agent's own trouble passes the turn to the next, which proves the credential for all", async () => {
    const names = ['without-docker', ...GOOD.slice(0, 3)];
    const report = await operator.report(['run', inventory(names, usual()), '-c', '1'], PASSWORD);
    expect(report.agents.map(({ failure }) => failure?.code)).toEqual([
      'DOCKER_MISSING',
      undefined,
      undefined,
      undefined,
    ]);
    expect(report.exitCode).toBe(1);
  });

  test('where the turn was passed on, a wrong password is still tried only once', async () => {
    const names = ['without-docker', ...GOOD.slice(0, 3)];
    const report = await operator.report(['run', inventory(names, usual()), '-c', '1'], WRONG);
    const codes = report.agents.map(({ failure }) => failure?.code);
    expect(codes).toEqual(['DOCKER_MISSING', 'REGISTRY_AUTH_REJECTED', 'STOPPED', 'STOPPED']);
    expect(report.exitCode).toBe(3);
    expect(allLogins()).toBe(1);
  });

  test('after the proof one refusal is one failed agent; a second one stops all further logins', async () => {
    const names = ['good-01', 'says-no-1', 'good-02', 'says-no-2', 'good-03', 'good-04'];
    const report = await operator.report(['run', inventory(names, usual()), '-c', '1'], PASSWORD);
    const codes = report.agents.map(({ failure }) => failure?.code);
    const refused = 'REGISTRY_AUTH_REJECTED';
    expect(codes).toEqual([undefined, refused, undefined, refused, 'STOPPED', 'STOPPED']);
    expect(report.exitCode).toBe(1);
    expect(logins(fleet.agent('good-03')) + logins(fleet.agent('good-04'))).toBe(0);
  });

  test('two credentials: where one is refused, no agent is changed, though the other was proven', async () => {
    const registries = { ...usual(), [places.tls.name]: registryEntry('other', 'OTHER') };
    const report = await operator.report(['run', inventory(GOOD.slice(0, 6), registries)], {
      ...PASSWORD,
      OTHER: 'wrong',
    });
    expect(report, why(report)).toMatchObject({ exitCode: 3, totals: { ok: 0, changed: 0 } });
    for (const name of GOOD.slice(0, 6)) expect(fleet.agent(name).state(ARCHIVE), name).toBeNull();
  });

  test('a password that cannot be had ends the run before any agent is contacted', async () => {
    const logs = fleet.agents.map((agent) => agent.log());
    const report = await operator.report(['run', inventory(GOOD, usual())], {});
    expect(report, why(report)).toMatchObject({
      exitCode: 3,
      totals: { agents: 20, notAttempted: 20 },
      generation: null,
    });
    expect(fleet.agents.map((agent) => agent.log())).toEqual(logs);
  });

  test('a registry that limits the rate is no refusal: it is waited for, as long as the timeout allows', async () => {
    const registries = { [NO_REGISTRIES.rateLimits]: registryEntry() };
    const names = GOOD.slice(0, 3);
    const report = await operator.report(['run', inventory(names, registries), '--timeout', '8s'], PASSWORD);
    expect(report.exitCode).toBe(1);
    expect(report.agents.map(({ failure }) => failure?.code)).toEqual(
      names.map(() => 'REGISTRY_RATE_LIMITED'),
    );
    const asked = places.standInLog().filter((line) => line === 'rate-limited').length;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(8);
  });

  test('a Docker without --password-stdin: the agent asks the registry with its curl', async () => {
    const registries = { [places.tls.name]: registryEntry() };
    const file = inventory(['old-docker'], registries);
    expect(await operator.report(['run', file], PASSWORD)).toMatchObject({ totals: { ok: 1, changed: 1 } });
    const auth = authOf('ci-puller', PASSWORD.REGISTRY_PASSWORD);
    expect(authsIn(fleet.agent('old-docker').read(ARCHIVE))).toEqual({ [places.tls.name]: { auth } });
    const wrong = await operator.report(['run', file], WRONG);
    expect(wrong).toMatchObject({ exitCode: 3, agents: [{ failure: { code: 'REGISTRY_AUTH_REJECTED' } }] });
  });

  test('without curl either, it cannot be proven there, unless one proof in the fleet is enough', async () => {
    // The one that cannot prove it comes first: it must let the other go ahead.
    const names = ['old-docker-no-curl', 'good-01'];
    const strict = await operator.report(['run', inventory(names, usual())], PASSWORD);
    expect(outcomeOf(strict, 'old-docker-no-curl')).toMatchObject({
      failure: { code: 'CREDENTIAL_UNPROVEN' },
      changed: false,
    });
    expect(outcomeOf(strict, 'good-01')).toMatchObject({ status: 'ok' });
    const once = { [places.registry.name]: { ...registryEntry(), proof: 'once' } };
    const report = await operator.report(['run', inventory(names, once)], PASSWORD);
    expect(report, why(report)).toMatchObject({ exitCode: 0, totals: { ok: 2 } });
    expect(authsIn(fleet.agent('old-docker-no-curl').read(ARCHIVE))).toHaveProperty([places.registry.name]);
  });
});
