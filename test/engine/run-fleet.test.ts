import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/credential/redact.ts';
import { createSpeech } from '../../src/credential/speech.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import type { AgentOutcome } from '../../src/domain/outcome.ts';
import type { RegistrySpec, Target } from '../../src/domain/target.ts';
import { createFleet } from '../../src/engine/create-fleet.ts';
import { type FleetLimits, runFleet } from '../../src/engine/run-fleet.ts';
import { createStop } from '../../src/engine/stop.ts';
import type { FailureCode } from '../../src/errors/catalogue.ts';
import { failure } from '../../src/errors/failure.ts';
import {
  type FakeAgent,
  fakeFleet,
  oldDocker,
  otherLogin,
  refusedLogin,
  unreachableLogin,
} from '../support/fake-fleet.ts';
import { registry, SCRIPT, secret, target } from '../support/fleet-samples.ts';

interface Options extends Partial<FleetLimits> {
  readonly agents?: Readonly<Record<string, FakeAgent>>;
  readonly targets: readonly Target[];
  readonly timeoutMs?: number;
  readonly dryRun?: boolean;
  readonly registries?: readonly RegistrySpec[];
  readonly interruptAfterMs?: number;
  readonly logins?: number;
}

async function runWith(options: Options) {
  const { targets, registries = [registry] } = options;
  const fakes = fakeFleet(options.agents ?? {});
  const stop = createStop();
  const events: RunEvent[] = [];
  const fleet = createFleet({
    check: null,
    transport: fakes.transport,
    script: SCRIPT,
    request: {
      handshakes: 32,
      logins: options.logins ?? 16,
      timeoutMs: options.timeoutMs ?? 5_000,
      dryRun: options.dryRun ?? false,
      dropOtherRegistries: false,
    },
    targets,
    registries,
    credentials: {
      registries: new Map(registries.map(({ name }) => [name, secret])),
      sshPasswords: new Map(),
      becomePasswords: new Map(),
    },
    holder: 'operator@machine',
    say: createSpeech(createRedactor([{ secret, username: 'puller' }])),
    stop,
    issues: { find: () => null, record: () => {} },
    randomBytes: (length) => new Uint8Array(length),
    emit: (event) => events.push(event),
  });
  if (options.interruptAfterMs !== undefined) {
    setTimeout(
      () => stop.pull({ kind: 'interrupted', words: 'the operator interrupted' }),
      options.interruptAfterMs,
    );
  }
  const limits = { concurrency: options.concurrency ?? 64, maxFailures: options.maxFailures ?? null };
  const outcomes = await runFleet(targets, fleet, limits, () => {});
  const summary = Object.fromEntries(
    outcomes.map((outcome) => [outcome.name, `${outcome.status} ${outcome.failure?.code ?? ''}`.trim()]),
  );
  return { outcomes, summary, fakes, stop, events };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `a${index + 1}`);
const fleetOf = (count: number) => names(count).map((name) => target(name));
const find = (outcomes: readonly AgentOutcome[], name: string) =>
  outcomes.find((outcome) => outcome.name === name);
const unreachable = async () => ({
  failure: failure('CONNECTION_TIMED_OUT', 'connect'),
  passwordRefused: false,
});

describe('every agent has exactly one outcome, in the order of the inventory', () => {
  test('when all goes well', async () => {
    const { outcomes, summary } = await runWith({ targets: fleetOf(3) });
    expect(summary).toEqual({ a1: 'ok', a2: 'ok', a3: 'ok' });
    expect(outcomes.map(({ name }) => name)).toEqual(['a1', 'a2', 'a3']);
    expect(outcomes[0]?.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'connect ok',
      'become ok',
      'login ok',
      'pack ok',
      'install changed',
      'verify ok',
    ]);
  });

  test("one agent's trouble, of whatever kind, reaches no other", async () => {
    const { summary } = await runWith({
      targets: fleetOf(8),
      timeoutMs: 300,
      agents: {
        a1: { connect: unreachable },
        a2: { connect: () => new Promise(() => {}) },
        a3: { connect: () => Promise.reject(new Error('a bug in a library')) },
        a4: { verbs: { docker: () => null } },
        a5: { verbs: { login: () => 'lost' } },
        a6: { verbs: { verify: () => 'exit' } },
        a7: { verbs: { look: () => ['field kind nonsense'] } },
      },
    });
    expect(summary).toEqual({
      a1: 'unreachable CONNECTION_TIMED_OUT',
      a2: 'failed TIMED_OUT',
      a3: 'failed INTERNAL',
      a4: 'failed TIMED_OUT',
      a5: 'unreachable CONNECTION_LOST',
      a6: 'failed REMOTE_PROTOCOL',
      a7: 'failed REMOTE_PROTOCOL',
      a8: 'ok',
    });
  });

  test('a failure says what state the agent is in', async () => {
    const { outcomes } = await runWith({
      targets: fleetOf(2),
      agents: {
        a1: { verbs: { login: unreachableLogin } },
        a2: { verbs: { verify: () => ['check 0 1 no - - , -'] } },
      },
    });
    expect(find(outcomes, 'a1')?.failure?.message).toMatch(/Nothing was changed there\.$/);
    expect(find(outcomes, 'a2')?.failure?.message).toMatch(/The new archive is in place\.$/);
  });
});

describe('the credential', () => {
  test('that is wrong is tried on one agent, once, and nobody is changed', async () => {
    const refused: FakeAgent = { verbs: { login: refusedLogin } };
    const agents = Object.fromEntries(names(20).map((name) => [name, refused]));
    const { outcomes, fakes, stop } = await runWith({ targets: fleetOf(20), agents });
    const seen = names(20).flatMap((name) => fakes.state(name).seen);
    expect(seen.filter((verb) => verb === 'login')).toHaveLength(1);
    expect(seen.filter((verb) => verb === 'install')).toHaveLength(0);
    expect(stop.reason?.kind).toBe('credential-refused');
    expect(outcomes.filter(({ failure: why }) => why?.code === 'REGISTRY_AUTH_REJECTED')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'not-attempted')).toHaveLength(19);
  });

  test('is proven by the next one when the first agent has trouble of its own', async () => {
    const { summary } = await runWith({
      targets: fleetOf(3),
      agents: { a1: { verbs: { login: unreachableLogin } }, a2: { connect: unreachable } },
    });
    expect(summary).toEqual({
      a1: 'failed REGISTRY_UNREACHABLE',
      a2: 'unreachable CONNECTION_TIMED_OUT',
      a3: 'ok',
    });
  });

  test('that is refused later fails that agent; a second refusal stops all further logins', async () => {
    const late: FakeAgent = { verbs: { login: refusedLogin } };
    const { summary, stop } = await runWith({
      targets: fleetOf(6),
      concurrency: 1,
      agents: { a3: late, a4: late, a5: late },
    });
    expect(summary).toEqual({
      a1: 'ok',
      a2: 'ok',
      a3: 'failed REGISTRY_AUTH_REJECTED',
      a4: 'failed REGISTRY_AUTH_REJECTED',
      a5: 'not-attempted STOPPED',
      a6: 'not-attempted STOPPED',
    });
    expect(stop.reason?.kind).toBe('logins-refused');
  });

  test('that one agent cannot prove is proven by another, where one proof is enough', async () => {
    const agents = { a1: { verbs: { docker: oldDocker } } };
    const once: RegistrySpec = { ...registry, proof: 'once' };
    const agent = await runWith({ targets: fleetOf(3), agents });
    expect(agent.summary).toEqual({ a1: 'failed CREDENTIAL_UNPROVEN', a2: 'ok', a3: 'ok' });
    const enough = await runWith({ targets: fleetOf(3), agents, registries: [once], concurrency: 1 });
    expect(enough.summary).toEqual({ a1: 'ok', a2: 'ok', a3: 'ok' });
    const alone = await runWith({ targets: fleetOf(1), agents, registries: [once] });
    expect(alone.summary).toEqual({ a1: 'failed CREDENTIAL_UNPROVEN' });
  });

  test('that is sent again and again, and never answered, is not sent to the whole fleet', async () => {
    const silent: FakeAgent = { verbs: { login: () => ['field code 137', 'field timed yes'] } };
    const agents = Object.fromEntries(names(9).map((name) => [name, silent]));
    const { fakes, summary, stop } = await runWith({ targets: fleetOf(9), agents });
    const logins = names(9)
      .flatMap((name) => fakes.state(name).seen)
      .filter((verb) => verb === 'login');
    expect(logins).toHaveLength(3);
    expect(stop.reason?.words).toMatch(/a1, a2, a3/);
    expect(Object.values(summary).filter((end) => end === 'failed DOCKER_TIMED_OUT')).toHaveLength(3);
    expect(Object.values(summary).filter((end) => end === 'not-attempted STOPPED')).toHaveLength(6);
  });

  test('that is refused again and again stops logins to its own registry only', async () => {
    const other: RegistrySpec = { ...registry, name: 'second.example.com', proof: 'once' };
    const refused: FakeAgent = { verbs: { login: refusedLogin } };
    const targets = [
      target('b1', { registries: [other.name] }),
      ...fleetOf(5),
      target('b2', { registries: [other.name] }),
    ];
    const agents = { b1: { verbs: { login: otherLogin } }, a2: refused, a3: refused };
    const { summary } = await runWith({ targets, agents, registries: [registry, other], concurrency: 1 });
    expect(summary).toEqual({
      b1: 'ok',
      a1: 'ok',
      a2: 'failed REGISTRY_AUTH_REJECTED',
      a3: 'failed REGISTRY_AUTH_REJECTED',
      a4: 'not-attempted STOPPED',
      a5: 'not-attempted STOPPED',
      b2: 'ok',
    });
  });

  test('of each of many registries is proven, however few agents may be at work', async () => {
    const registries = ['r1', 'r2', 'r3', 'r4'].map((name) => ({
      ...registry,
      name,
      proof: 'once' as const,
    }));
    const targets = registries.map(({ name }, index) => target(`a${index + 1}`, { registries: [name] }));
    const stored: FakeAgent = { verbs: { login: unreachableLogin } };
    const agents = { a1: stored, a2: stored, a3: stored, a4: stored };
    const { summary } = await runWith({ targets, registries, agents, concurrency: 1 });
    expect(Object.values(summary)).toEqual(Array(4).fill('failed REGISTRY_UNREACHABLE'));
  });

  test('waits for the one agent that can prove it, however many before it can not', async () => {
    const once: RegistrySpec = { ...registry, proof: 'once' };
    const agents = Object.fromEntries(
      names(9)
        .slice(0, 8)
        .map((name) => [name, { verbs: { docker: oldDocker } }]),
    );
    for (const concurrency of [1, 2, 64]) {
      const { summary } = await runWith({ targets: fleetOf(9), agents, registries: [once], concurrency });
      expect(Object.values(summary)).toEqual(Array(9).fill('ok'));
    }
  });

  const second: RegistrySpec = { ...registry, name: 'second.example.com' };
  const secondStored = { verbs: { login: refusedLogin } };

  test('nobody is changed before every credential of the run is proven', async () => {
    const targets = [target('a1'), target('a2'), target('b1', { registries: [second.name] })];
    const { fakes, summary } = await runWith({
      targets,
      registries: [registry, second],
      agents: { b1: secondStored },
    });
    expect(summary).toEqual({
      a1: 'not-attempted STOPPED',
      a2: 'not-attempted STOPPED',
      b1: 'failed REGISTRY_AUTH_REJECTED',
    });
    expect(['a1', 'a2'].flatMap((name) => fakes.state(name).seen)).not.toContain('install');
  });

  test('does not starve a fleet with few places: whoever can prove it is started in time', async () => {
    const others = names(5).map((name) => target(name));
    const targets = [
      ...others,
      target('b1', { registries: [second.name] }),
      target('b2', { registries: [second.name] }),
    ];
    const { summary } = await runWith({
      targets,
      concurrency: 1,
      registries: [registry, second],
      agents: { b1: { connect: unreachable }, b2: { connect: unreachable } },
    });
    expect(summary).toEqual({
      ...Object.fromEntries(names(5).map((name) => [name, 'ok'])),
      b1: 'unreachable CONNECTION_TIMED_OUT',
      b2: 'unreachable CONNECTION_TIMED_OUT',
    });
  });
});

describe('the brake', () => {
  const hanging: FakeAgent = { verbs: { docker: () => null } };

  test('an interruption counts even where --max-failures has stopped the run already', async () => {
    const agents = { a1: { connect: unreachable }, a2: hanging, a3: hanging };
    const { summary } = await runWith({
      targets: fleetOf(4),
      agents,
      maxFailures: 1,
      concurrency: 3,
      interruptAfterMs: 100,
    });
    expect(summary).toEqual({
      a1: 'unreachable CONNECTION_TIMED_OUT',
      a2: 'not-attempted INTERRUPTED',
      a3: 'not-attempted INTERRUPTED',
      a4: 'not-attempted STOPPED',
    });
  });

  test('so does a refused credential', async () => {
    const agents = { a1: { connect: unreachable }, a2: { verbs: { login: refusedLogin } } };
    const { summary, stop } = await runWith({ targets: fleetOf(3), agents, maxFailures: 1, concurrency: 2 });
    expect(stop.reason?.kind).toBe('credential-refused');
    expect(summary).toMatchObject({ a2: 'failed REGISTRY_AUTH_REJECTED', a3: 'not-attempted STOPPED' });
  });

  test('a second refusal stops further logins even then', async () => {
    const refused: FakeAgent = { verbs: { login: refusedLogin } };
    const agents = Object.fromEntries(
      names(12)
        .slice(1)
        .map((name) => [name, refused]),
    );
    const { fakes } = await runWith({ targets: fleetOf(12), agents, maxFailures: 1, logins: 1 });
    const logins = names(12)
      .flatMap((name) => fakes.state(name).seen)
      .filter((verb) => verb === 'login');
    expect(logins).toHaveLength(3);
  });
});

describe('limits', () => {
  test('no more agents than allowed are at work', async () => {
    const { fakes } = await runWith({ targets: fleetOf(12), concurrency: 3 });
    expect(fakes.counts.most).toBe(3);
  });

  test('no agent is started once --max-failures is reached, unreachable ones counted', async () => {
    const agents = { a2: { connect: unreachable }, a4: { verbs: { login: unreachableLogin } } };
    const { summary } = await runWith({ targets: fleetOf(6), concurrency: 1, maxFailures: 2, agents });
    expect(summary).toEqual({
      a1: 'ok',
      a2: 'unreachable CONNECTION_TIMED_OUT',
      a3: 'ok',
      a4: 'failed REGISTRY_UNREACHABLE',
      a5: 'not-attempted STOPPED',
      a6: 'not-attempted STOPPED',
    });
  });
});

describe('an interruption', () => {
  test('lets whoever is being changed finish, and gives the others up', async () => {
    const slow: FakeAgent = { verbs: { docker: () => null } };
    const { summary, fakes } = await runWith({
      targets: fleetOf(4),
      agents: { a2: slow, a3: slow },
      concurrency: 3,
      interruptAfterMs: 100,
    });
    expect(summary).toEqual({
      a1: 'ok',
      a2: 'not-attempted INTERRUPTED',
      a3: 'not-attempted INTERRUPTED',
      a4: expect.stringMatching(/^ok$|INTERRUPTED/),
    });
    expect(fakes.state('a2').seen).not.toContain('install');
  });
});

describe('a connection that is lost in the middle of the install', () => {
  test('is followed by one reconnect, which finds the new archive in place', async () => {
    const { outcomes, fakes } = await runWith({
      targets: fleetOf(1),
      agents: { a1: { verbs: { install: () => 'lost' } } },
    });
    expect(outcomes[0]).toMatchObject({
      status: 'failed',
      changed: true,
      failure: { code: 'CONNECTION_LOST' },
    });
    expect(fakes.state('a1').connections).toBe(2);
  });

  test('is followed by one reconnect, which finds the old one', async () => {
    const forget: FakeAgent = {
      verbs: {
        install: (agent) => {
          agent.archive = null;
          return 'lost';
        },
      },
    };
    const { outcomes } = await runWith({ targets: fleetOf(1), agents: { a1: forget } });
    expect(outcomes[0]).toMatchObject({
      status: 'unreachable',
      changed: false,
      failure: { code: 'CONNECTION_LOST' },
    });
  });

  test('before anything was sent changes nothing, and needs no reconnect', async () => {
    const other: RegistrySpec = { ...registry, name: 'second.example.com' };
    // a1 waits for the proof of a credential that it does not need, and its connection breaks meanwhile.
    const targets = [target('a1'), target('b1', { registries: [other.name] })];
    const agents: Record<string, FakeAgent> = {
      a1: { breaksAfterMs: 50 },
      b1: {
        connect: () => new Promise((done) => setTimeout(() => done(null), 200)),
        verbs: { login: unreachableLogin },
      },
    };
    const { outcomes, fakes } = await runWith({ targets, agents, registries: [registry, other] });
    expect(outcomes[0]).toMatchObject({
      status: 'unreachable',
      changed: false,
      failure: { code: 'CONNECTION_LOST' },
    });
    expect(fakes.state('a1').connections).toBe(1);
  });

  test("is the jump host's failure, by its name, where that is what broke", async () => {
    const why = failure('JUMP_FAILED', 'connect', { jump: 'ops@bastion' }, 'ECONNRESET');
    const other: RegistrySpec = { ...registry, name: 'second.example.com' };
    const targets = [target('a1'), target('b1', { registries: [other.name] })];
    const agents: Record<string, FakeAgent> = {
      a1: { breaksAfterMs: 50, why },
      b1: {
        connect: () => new Promise((done) => setTimeout(() => done(null), 200)),
        verbs: { login: unreachableLogin },
      },
    };
    const { outcomes } = await runWith({ targets, agents, registries: [registry, other] });
    expect(outcomes[0]).toMatchObject({
      status: 'unreachable',
      failure: { code: 'JUMP_FAILED', detail: 'ECONNRESET', message: expect.stringContaining('ops@bastion') },
    });
    expect(outcomes[0]?.failure?.step).not.toBe('connect');
  });

  test('leaves it unknown when the reconnect fails too', async () => {
    let connects = 0;
    const gone: FakeAgent = {
      connect: async () => (connects++ === 0 ? null : unreachable()),
      verbs: { install: () => 'lost' },
    };
    const { outcomes } = await runWith({ targets: fleetOf(1), agents: { a1: gone } });
    expect(outcomes[0]).toMatchObject({
      status: 'failed',
      changed: null,
      failure: { code: 'CONNECTION_LOST' },
    });
  });
});

describe('an agent that cannot be reached at once', () => {
  const refuse = (code: FailureCode, passwordRefused = false) => ({
    failure: failure(code, 'connect'),
    passwordRefused,
  });

  test('is tried again after a moment, and says so', async () => {
    let tries = 0;
    const busy: FakeAgent = { connect: async () => (tries++ === 0 ? refuse('SERVER_BUSY') : null) };
    const { summary, fakes, events } = await runWith({ targets: fleetOf(1), agents: { a1: busy } });
    expect(summary).toEqual({ a1: 'ok' });
    expect(fakes.state('a1').connections).toBe(2);
    expect(events).toContainEqual({ type: 'agent-waiting', agent: 'a1', for: 'retry' });
  });

  test.each([
    ['its key was refused', refuse('AUTH_REJECTED')],
    ['its host key is not known', refuse('HOST_KEY_UNKNOWN')],
    ['the connection broke after a password was sent', refuse('CONNECTION_LOST', true)],
  ])('is never tried again where %s', async (_, why) => {
    const { fakes } = await runWith({ targets: fleetOf(1), agents: { a1: { connect: async () => why } } });
    expect(fakes.state('a1').connections).toBe(1);
  });

  test('is not tried again where its time would be up', async () => {
    const agents = { a1: { connect: async () => refuse('SERVER_BUSY') } };
    const { summary, fakes } = await runWith({ targets: fleetOf(1), agents, timeoutMs: 200 });
    expect(summary).toEqual({ a1: 'unreachable SERVER_BUSY' });
    expect(fakes.state('a1').connections).toBe(1);
  });

  test('gives up its wait when the operator interrupts', async () => {
    const agents = { a1: { connect: async () => refuse('CONNECTION_REFUSED') } };
    const { summary, fakes } = await runWith({ targets: fleetOf(1), agents, interruptAfterMs: 50 });
    expect(summary).toEqual({ a1: 'not-attempted INTERRUPTED' });
    expect(fakes.state('a1').connections).toBe(1);
  });
});

describe('an agent that waits for the proof of an SSH password', () => {
  test('and is hung up on meanwhile queues anew, and proves it when its turn comes', async () => {
    const password = { kind: 'env', name: 'SSH_PASSWORD' } as const;
    const targets = fleetOf(2).map((it) => ({ ...it, ssh: { ...it.ssh, password } }));
    const again = Promise.withResolvers<void>();
    let tries = 0;
    const agents: Record<string, FakeAgent> = {
      // Its own trouble, once the other is in the queue for the second time.
      a1: {
        async connect({ password: ask }) {
          await Promise.all([ask?.(), again.promise]);
          return unreachable();
        },
      },
      a2: {
        async connect({ password: ask }) {
          const given = ask?.();
          tries += 1;
          if (tries === 1) return { failure: failure('CONNECTION_LOST', 'connect'), passwordRefused: false };
          again.resolve();
          await given;
          return null;
        },
      },
    };
    const { summary } = await runWith({ targets, agents });
    expect([summary, tries]).toEqual([{ a1: 'unreachable CONNECTION_TIMED_OUT', a2: 'ok' }, 2]);
  });
});

describe('a dry run', () => {
  test('proves the credential once, logs in nowhere else, installs nothing, and says what would change', async () => {
    const { outcomes, fakes } = await runWith({ targets: fleetOf(5), dryRun: true });
    const seen = names(5).flatMap((name) => fakes.state(name).seen);
    expect(seen.filter((verb) => verb === 'login')).toHaveLength(1);
    expect(seen).not.toContain('install');
    expect(outcomes.map(({ status, changed }) => `${status} ${changed}`)).toEqual(Array(5).fill('ok true'));
  });
});
