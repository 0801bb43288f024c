import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Agent } from './support/agent.ts';
import type { AgentOptions } from './support/agent-files.ts';
import { ARCHIVE, authOf, authsIn } from './support/archives.ts';
import { script } from './support/base.ts';
import { eventually } from './support/eventually.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { type Places, startPlaces } from './support/places.ts';
import type { Process } from './support/processes.ts';
import { quiet } from './support/quiet.ts';
import {
  entryOf,
  newOperator,
  type Operator,
  outcomeOf,
  QUICK_CHECKS,
  registryEntry,
  reportOf,
  sshOf,
  why,
} from './support/tool.ts';

// Two credentials that both are good, so that every run has something to change.
const USERS = { 'ci-puller': 'the password', other: 'other-password' } as const;
type User = keyof typeof USERS;
const PASSWORDS = { CI_PULLER: USERS['ci-puller'], OTHER: USERS.other };

// Slow in the middle of the install: there is time to strike.
const slow = (program: string) =>
  [`/usr/local/bin/${program}`, script(`sleep 0.1; exec /usr/bin/${program} "$@"`)] as const;
const SLOW_INSTALL: AgentOptions = { files: Object.fromEntries(['chown', 'chmod', 'mv'].map(slow)) };

describeSystem(
  'whatever dies, and whenever: the archive is whole, and nothing goes on behind the operator',
  () => {
    let fleet: Fleet;
    let places: Places;
    let operator: Operator;
    const inventoryOf: Record<string, string> = {};
    const run = (user: User, ...more: string[]) =>
      operator.report(['run', inventoryOf[user] ?? '', ...more], PASSWORDS);
    const start = (user: User, ...more: string[]) =>
      operator.start(['run', inventoryOf[user] ?? '', '-o', 'json', ...more], PASSWORDS);

    /** Whose credential the agent's archive holds; throws where the archive is not whole. */
    function owner(agent: Agent, path = ARCHIVE): User {
      const { auth } = authsIn(agent.read(path))[places.registry.name] ?? { auth: '' };
      const found = (Object.keys(USERS) as User[]).find((user) => auth === authOf(user, USERS[user]));
      if (found === undefined) throw new Error(`${agent.name}: the archive holds neither credential`);
      expect(agent.state(path), agent.name).toMatchObject({ kind: 'file', mode: '0600', uid: 0, gid: 0 });
      return found;
    }
    const litter = (agent: Agent) =>
      [...agent.changes().keys()].filter((path) => /node-prep|\.lock$/.test(path));

    beforeAll(async () => {
      fleet = await startFleet({
        agents: {
          'fast-1': {},
          'slow-1': SLOW_INSTALL,
          'slow-2': SLOW_INSTALL,
          'slow-3': SLOW_INSTALL,
        },
      });
      places = await startPlaces(fleet.enclave, USERS['ci-puller']);
      operator = newOperator(fleet);
      for (const [user, variable] of [
        ['ci-puller', 'CI_PULLER'],
        ['other', 'OTHER'],
      ] as const) {
        inventoryOf[user] = operator.inventory({
          registries: { [places.registry.name]: registryEntry(user, variable) },
          ssh: sshOf(fleet),
          agents: fleet.agents.map((agent) => entryOf(agent)),
          checks: QUICK_CHECKS,
        });
      }
    });
    beforeEach(async () => {
      await run('ci-puller');
      await quiet(fleet.agents);
    });
    afterAll(() => fleet?.close());

    test('the tool killed at any moment: agents stop and clean up by themselves, and the next run succeeds', async () => {
      const begun = performance.now();
      await run('other');
      const whole = performance.now() - begun;
      const points = 10;
      for (let point = 0; point < points; point += 1) {
        const user = point % 2 === 0 ? 'ci-puller' : 'other';
        const { child, finished } = start(user);
        await Promise.race([sleep((whole * (point + 0.5)) / points), finished]);
        child.kill('SIGKILL');
        await finished;
        await quiet(fleet.agents);
        for (const agent of fleet.agents) {
          owner(agent);
          expect(litter(agent), `${agent.name}, killed at ${point}/${points}`).toEqual([]);
        }
      }
      expect(await run('other')).toMatchObject({ totals: { ok: 4 } });
      expect(fleet.agents.map((agent) => owner(agent))).toEqual(fleet.agents.map(() => 'other'));
    });

    test("an agent's script killed in the middle of the install: old or new, never a part; then the next run mends it", async () => {
      const victim = fleet.agent('slow-1');
      for (let point = 0; point < 5; point += 1) {
        const user = point % 2 === 0 ? 'other' : 'ci-puller';
        const running = start(user, '--limit', 'slow-1');
        const installs = () => victim.processes().some(({ argv }) => /chown|chmod|mv/.test(argv[1] ?? ''));
        await eventually(installs, 'the install did not begin');
        await sleep(point * 130);
        for (const { pid, argv } of victim.processes()) {
          if (argv.some((word) => word === 'node-prep' || word.includes('eval "$(dd'))) kill(pid);
        }
        const report = reportOf(await running.finished);
        owner(victim);
        const { status, changed } = outcomeOf(report, 'slow-1');
        if (status === 'ok') expect(owner(victim)).toBe(user);
        if (changed === true) expect(owner(victim)).toBe(user);
        const next = await run(user, '--limit', 'slow-1');
        expect(next, JSON.stringify(next.agents)).toMatchObject({ totals: { ok: 1 } });
        expect(owner(victim)).toBe(user);
        expect(litter(victim)).toEqual([]);
      }
    });

    test('a connection that dies in the middle of the install is followed by a look at what became of it', async () => {
      const victim = fleet.agent('slow-2');
      let died = 0;
      for (const [delay, user, before] of [
        [0, 'other', 'ci-puller'],
        [150, 'ci-puller', 'other'],
        [300, 'other', 'ci-puller'],
      ] as const) {
        // A run that lost before it changed anything leaves the one before.
        if (owner(victim) !== before) await run(before, '--limit', 'slow-2');
        const running = start(user, '--limit', 'slow-2,fast-1');
        await eventually(() => installing(victim), 'the install did not begin');
        await sleep(delay);
        for (const { pid, argv } of victim.processes()) if (argv[0]?.startsWith('sshd: root')) kill(pid);
        const report = reportOf(await running.finished);
        const outcome = outcomeOf(report, 'slow-2');
        await quiet(fleet.agents);
        expect(outcomeOf(report, 'fast-1')).toMatchObject({ status: 'ok' });
        if (outcome.status === 'ok') {
          // This time the whole work was quicker than the kill.
          expect(owner(victim)).toBe(user);
          continue;
        }
        died += 1;
        expect(outcome, why(report)).toMatchObject({
          status: outcome.changed === false ? 'unreachable' : 'failed',
          failure: { code: 'CONNECTION_LOST' },
        });
        expect(outcome.changed, JSON.stringify(outcome)).toBe(owner(victim) === user);
        expect(litter(victim)).toEqual([]);
      }
      expect(died, 'no connection died in time').toBeGreaterThan(0);
    });

    test('Ctrl-C once: what is at work finishes or undoes, the rest is not attempted, the report is printed, exit 130', async () => {
      const running = start('other', '-c', '2');
      await eventually(() => fleet.agent('slow-1').processes().length > 0, 'slow-1 had no turn');
      running.child.kill('SIGINT');
      const finished = await running.finished;
      expect(finished.code).toBe(130);
      const report = reportOf(finished);
      expect(report.agents).toHaveLength(4);
      await quiet(fleet.agents);
      for (const agent of fleet.agents) {
        const { status, changed } = outcomeOf(report, agent.name);
        expect(litter(agent), agent.name).toEqual([]);
        expect(owner(agent), `${agent.name} ${status}`).toBe(changed ? 'other' : 'ci-puller');
      }
      const last = outcomeOf(report, 'slow-3');
      expect(last).toMatchObject({
        status: 'not-attempted',
        changed: false,
        failure: { code: 'INTERRUPTED' },
      });
      const resumed = await run('other', '--resume');
      expect(resumed.totals.ok).toBe(resumed.totals.agents);
      expect(fleet.agents.map((agent) => owner(agent))).toEqual(fleet.agents.map(() => 'other'));
    });

    test('Ctrl-C twice ends at once, and every archive is still whole', async () => {
      const running = start('other');
      await eventually(() => fleet.agent('slow-1').processes().length > 0, 'slow-1 had no turn');
      running.child.kill('SIGINT');
      await sleep(100);
      running.child.kill('SIGINT');
      const { code } = await running.finished;
      expect(code).toBe(130);
      await quiet(fleet.agents);
      for (const agent of fleet.agents) {
        owner(agent);
        expect(litter(agent), agent.name).toEqual([]);
      }
      expect(await run('other')).toMatchObject({ totals: { ok: 4 } });
    });

    test('SIGTERM is an interruption too, with an exit code of its own', async () => {
      const running = start('other', '-c', '1');
      await eventually(() => fleet.agent('fast-1').processes().length > 0, 'fast-1 had no turn');
      running.child.kill('SIGTERM');
      const finished = await running.finished;
      expect(finished.code).toBe(143);
      expect(reportOf(finished).totals.notAttempted).toBeGreaterThan(0);
    });

    test('two tools at once on the same agents: both end, in good order or as AGENT_BUSY, and no archive is mixed', async () => {
      const second = newOperator(fleet);
      for (let round = 0; round < 2; round += 1) {
        const reports = await Promise.all([
          run('other'),
          second.report(['run', inventoryOf['ci-puller'] ?? ''], PASSWORDS),
        ]);
        for (const report of reports) {
          for (const { status, failure } of report.agents) {
            if (status !== 'ok') expect(failure?.code, why(report)).toBe('AGENT_BUSY');
          }
        }
        for (const agent of fleet.agents) {
          owner(agent);
          owner(agent, `${ARCHIVE}.previous`);
          expect(litter(agent), agent.name).toEqual([]);
        }
      }
    });

    test('while another install is at work, an agent is busy: whose install it is, and nothing is changed', async () => {
      const agent = fleet.agent('slow-1');
      const held = start('other', '--limit', 'slow-1');
      await eventually(() => agent.state(`${ARCHIVE}.lock`) !== null, 'the install took no lock');
      const stopped = scripts(agent).filter(({ pid }) => kill(pid, 'SIGSTOP'));
      expect(stopped.length).toBeGreaterThan(0);
      const report = await newOperator(fleet).report(
        ['run', inventoryOf['ci-puller'] ?? '', '-l', 'slow-1'],
        PASSWORDS,
      );
      const { changed, failure } = outcomeOf(report, 'slow-1');
      expect({ changed, code: failure?.code }, why(report)).toEqual({ changed: false, code: 'AGENT_BUSY' });
      expect(failure?.message).toContain(`root@${hostname()}`);
      for (const { pid } of stopped) kill(pid, 'SIGCONT');
      expect(reportOf(await held.finished)).toMatchObject({ totals: { ok: 1, changed: 1 } });
      expect(owner(agent)).toBe('other');
      expect(litter(agent)).toEqual([]);
    });

    // The last one: it takes an agent away for good.
    test('an agent that dies in the middle of the install: nobody can tell what became of it, and the report says so', async () => {
      const agent = fleet.agent('slow-3');
      const archive = join(agent.folders[0] ?? '', ARCHIVE);
      const running = start('other', '--limit', 'slow-3,fast-1');
      await eventually(() => installing(agent), 'the install did not begin');
      for (const pid of [agent.pid, ...agent.processes().map((process) => process.pid)]) kill(pid);
      const report = reportOf(await running.finished);
      expect(outcomeOf(report, 'slow-3')).toMatchObject({
        changed: null,
        failure: { code: 'CONNECTION_LOST' },
      });
      expect(outcomeOf(report, 'slow-3').status).toBe('failed');
      expect(outcomeOf(report, 'fast-1')).toMatchObject({ status: 'ok', changed: true });
      expect(authsIn(readFileSync(archive))).toHaveProperty([places.registry.name]);
    });
  },
);

/** Is the agent in the middle of an install? Its chown, chmod and mv take their time there, and nowhere else. */
function installing(agent: Agent): boolean {
  return agent.processes().some(({ argv }) => /\/(chown|chmod|mv)$/.test(argv[1] ?? ''));
}

/** The remote script's processes: it is called by that name. */
function scripts(agent: Agent): readonly Process[] {
  return agent.processes().filter(({ argv }) => argv[0]?.endsWith('sh') && argv.at(-1) === 'node-prep');
}

function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It ended by itself in between.
    return false;
  }
}
