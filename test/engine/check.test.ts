import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { packArchive } from '../../src/credential/archive.ts';
import { configJson } from '../../src/credential/config-json.ts';
import { passwordEntry } from '../../src/credential/entry.ts';
import { createRedactor } from '../../src/credential/redact.ts';
import { createSpeech } from '../../src/credential/speech.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { type ImageReference, parseImage } from '../../src/domain/image.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Target } from '../../src/domain/target.ts';
import { createFleet } from '../../src/engine/create-fleet.ts';
import type { AgentNotes } from '../../src/engine/fleet.ts';
import { runFleet } from '../../src/engine/run-fleet.ts';
import { createStop } from '../../src/engine/stop.ts';
import { dockerVersion, type FakeAgent, fakeFleet, refusedAsk, slowDownAsk } from '../support/fake-fleet.ts';
import { registry, SCRIPT, secret, target } from '../support/fleet-samples.ts';

const IMAGE = parseImage('registry.example.com/app:1') as ImageReference;
const archiveWith = (password: string) =>
  packArchive(configJson([passwordEntry(registry.name, 'puller', new Secret(password))]));
const GOOD = archiveWith('secret');

interface Options {
  readonly agents?: Readonly<Record<string, FakeAgent>>;
  readonly archives?: Readonly<Record<string, Uint8Array | null>>;
  readonly targets: readonly Target[];
  readonly pull?: boolean;
  readonly image?: ImageReference | null;
  readonly timeoutMs?: number;
  readonly interruptAfterMs?: number;
}

async function check(options: Options) {
  const { targets, image = IMAGE } = options;
  const agents = Object.fromEntries(
    targets.map(({ name }) => [
      name,
      {
        ...options.agents?.[name],
        verbs: { docker: dockerVersion, ...options.agents?.[name]?.verbs },
      },
    ]),
  );
  const fakes = fakeFleet(agents);
  for (const { name } of targets) fakes.state(name).archive = options.archives?.[name] ?? GOOD;
  const stop = createStop();
  const events: RunEvent[] = [];
  const notes = new Map<string, AgentNotes>();
  const fleet = createFleet({
    check: {
      image,
      pull: options.pull ?? false,
      pullTimeoutMs: 1_000,
      taskUser: null,
      generationOf: (entries) =>
        createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 8),
      noted: ({ name }, found) => notes.set(name, found),
    },
    transport: fakes.transport,
    script: SCRIPT,
    request: {
      handshakes: 32,
      logins: 16,
      timeoutMs: options.timeoutMs ?? 5_000,
      dryRun: false,
      dropOtherRegistries: false,
    },
    targets,
    registries: [registry],
    credentials: {
      registries: new Map([[registry.name, secret]]),
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
  if (options.interruptAfterMs !== undefined)
    setTimeout(() => stop.pull({ kind: 'interrupted', words: 'interrupted' }), options.interruptAfterMs);
  const outcomes = await runFleet(targets, fleet, { concurrency: 64, maxFailures: null }, () => {});
  const codes = Object.fromEntries(
    outcomes.map(({ name, failures }) => [name, failures.map(({ code }) => code).join(' ')]),
  );
  const asked = (name: string) => fakes.state(name).seen;
  return { outcomes, codes, asked, fakes, notes, stop };
}

const fleetOf = (count: number) => Array.from({ length: count }, (_, index) => target(`a${index + 1}`));

describe('an agent is checked', () => {
  test('over one connection, with reads only, and is ok when all is proven', async () => {
    const { outcomes, codes, asked, fakes } = await check({ targets: fleetOf(1) });
    expect(codes).toEqual({ a1: '' });
    expect(asked('a1')).toEqual(['docker', 'inspect', 'unpack', 'ask', 'ask', 'verify']);
    expect(fakes.state('a1').connections).toBe(1);
    expect(outcomes[0]?.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'connect ok',
      'become ok',
      'login skipped',
      'pack skipped',
      'install ok',
      'verify ok',
    ]);
    expect(outcomes[0]).toMatchObject({ status: 'ok', changed: false, archive: { ageSeconds: 60 } });
  });

  test('without an image the registry is asked by curl, with no login', async () => {
    const { asked } = await check({ targets: fleetOf(1), image: null, timeoutMs: 300 });
    expect(asked('a1').slice(0, 4)).toEqual(['docker', 'inspect', 'unpack', 'ask']);
    expect(asked('a1')).not.toContain('login');
  });

  test('with --pull the image is pulled', async () => {
    const { asked, codes } = await check({ targets: fleetOf(1), pull: true });
    expect(asked('a1')).toContain('pull');
    expect(codes).toEqual({ a1: '' });
  });

  test('whose credential is refused for the manifest is not asked to pull by the same digest', async () => {
    const { asked, codes } = await check({
      targets: fleetOf(1),
      pull: true,
      image: parseImage(`registry.example.com/app@sha256:${'a'.repeat(64)}`) as ImageReference,
      archives: { a1: archiveWith('old') },
      agents: { a1: { verbs: { ask: refusedAsk } } },
    });
    expect(codes).toEqual({ a1: 'ARCHIVE_STALE PULL_DENIED' });
    expect(asked('a1')).not.toContain('pull');
  });

  test('whose tar fails is not asked to pull with what was not unpacked, and says nothing of the credential', async () => {
    const broken = () => ['field code 2', 'field timed no', 'field config no'];
    const { asked, codes } = await check({
      targets: fleetOf(2),
      pull: true,
      agents: { a1: { verbs: { unpack: broken } } },
    });
    expect(codes).toEqual({ a1: 'ARCHIVE_INVALID', a2: '' });
    expect(asked('a1')).not.toContain('pull');
  });

  test('is asked with what its archive has for the image, also where the inventory does not know that registry', async () => {
    const archive = packArchive(
      configJson([
        passwordEntry(registry.name, 'puller', new Secret('secret')),
        passwordEntry('other.example.com', 'puller', new Secret('of-another')),
      ]),
    );
    const { outcomes } = await check({
      targets: fleetOf(1),
      image: parseImage('other.example.com/app:1') as ImageReference,
      archives: { a1: archive },
      agents: { a1: { verbs: { ask: refusedAsk } } },
    });
    const denied = outcomes[0]?.failures.find(({ code }) => code === 'PULL_DENIED');
    expect(denied?.message).toMatch(/unauthorized: it does not take the credential in the archive/);
  });

  test.each([
    ['there is no archive', { archives: { a1: new Uint8Array() } }, 'ARCHIVE_INVALID', []],
    ['another password', { archives: { a1: archiveWith('old') } }, 'ARCHIVE_STALE', ['unpack', 'ask', 'ask']],
  ] as const)('%s', async (_, options, code, more) => {
    const { codes, asked } = await check({ targets: fleetOf(1), ...options });
    expect(codes).toEqual({ a1: code });
    expect(asked('a1')).toEqual(['docker', 'inspect', ...more, 'verify']);
  });

  test('three faults are three failures, in the order of the phases', async () => {
    const { codes, outcomes } = await check({
      targets: fleetOf(1),
      archives: { a1: archiveWith('old') },
      agents: { a1: { verbs: { ask: refusedAsk, verify: () => ['check 0 1 no - - , -'] } } },
    });
    expect(codes).toEqual({ a1: 'ARCHIVE_STALE PULL_DENIED CHECK_FAILED' });
    expect(outcomes[0]?.failure?.message).toContain('Nothing was changed there.');
    expect(outcomes[0]?.status).toBe('failed');
  });

  test('what lies there has the same generation where it is the same credential, and another where it is not', async () => {
    const { outcomes } = await check({ targets: fleetOf(3), archives: { a3: archiveWith('old') } });
    const [first, second, third] = outcomes.map(({ archive }) => archive?.generation);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
  });
});

describe('a wrong password that lies on many agents', () => {
  test('is tried on one of them, and fails all that hold it; the others are proven', async () => {
    const targets = fleetOf(20);
    const verbs = { ask: refusedAsk };
    const bad = targets.slice(0, 15).map(({ name }) => name);
    const { codes, asked } = await check({
      targets,
      archives: Object.fromEntries(bad.map((name) => [name, archiveWith('old')])),
      agents: Object.fromEntries(bad.map((name) => [name, { verbs }])),
    });
    expect(targets.filter(({ name }) => bad.includes(name) && asked(name).includes('ask'))).toHaveLength(1);
    for (const { name } of targets)
      expect(codes[name]).toBe(bad.includes(name) ? 'ARCHIVE_STALE PULL_DENIED' : '');
  });

  test("the first one's own trouble passes the turn on", async () => {
    const { codes } = await check({
      targets: fleetOf(3),
      timeoutMs: 400,
      agents: { a1: { verbs: { ask: () => null } }, a2: { verbs: { ask: () => 'lost' } } },
    });
    expect(codes).toEqual({ a1: 'TIMED_OUT', a2: 'CONNECTION_LOST', a3: '' });
  });

  test('after three different ones that were refused a fourth is not tried', async () => {
    const targets = fleetOf(5);
    const { codes, asked } = await check({
      targets,
      archives: Object.fromEntries(targets.map(({ name }) => [name, archiveWith(`old ${name}`)])),
      agents: Object.fromEntries(targets.map(({ name }) => [name, { verbs: { ask: refusedAsk } }])),
    });
    expect(targets.filter(({ name }) => asked(name).includes('ask'))).toHaveLength(3);
    for (const { name } of targets)
      expect(codes[name]).toMatch(/^(ARCHIVE_STALE PULL_DENIED|CREDENTIAL_UNPROVEN ARCHIVE_STALE)$/);
  });

  test('who has none to show counts for nothing', async () => {
    const targets = fleetOf(4);
    const archives = targets.map(({ name }, index) => [
      name,
      index === 0 ? packArchive(configJson([])) : archiveWith(`old ${name}`),
    ]);
    const { codes } = await check({
      targets,
      archives: Object.fromEntries(archives),
      agents: Object.fromEntries(targets.map(({ name }) => [name, { verbs: { ask: refusedAsk } }])),
    });
    expect(Object.values(codes)).toEqual([
      'ARCHIVE_INVALID PULL_DENIED',
      'ARCHIVE_STALE PULL_DENIED',
      'ARCHIVE_STALE PULL_DENIED',
      'ARCHIVE_STALE PULL_DENIED',
    ]);
  });
});

test('a registry that asks to slow down until the time has run out is the reason, not the time', async () => {
  let asked = 0;
  const ask = () => {
    asked += 1;
    return asked === 1 ? slowDownAsk() : null;
  };
  const { codes } = await check({
    targets: fleetOf(1),
    timeoutMs: 2_000,
    agents: { a1: { verbs: { ask } } },
  });
  expect(codes).toEqual({ a1: 'REGISTRY_RATE_LIMITED' });
  expect(asked).toBe(2);
});

describe("one agent's trouble reaches no other", () => {
  test('whatever it is', async () => {
    const { codes } = await check({
      targets: fleetOf(7),
      timeoutMs: 400,
      agents: {
        a1: { verbs: { docker: () => null } },
        a2: { verbs: { inspect: () => 'lost' } },
        a3: { verbs: { inspect: () => ['field kind nonsense'] } },
        a4: { verbs: { unpack: () => 'exit' } },
        a5: { verbs: { verify: () => null } },
        a6: { connect: () => Promise.reject(new Error('a bug in a library')) },
      },
    });
    expect(codes).toEqual({
      a1: 'TIMED_OUT',
      a2: 'CONNECTION_LOST',
      a3: 'REMOTE_PROTOCOL',
      a4: 'REMOTE_PROTOCOL',
      a5: 'TIMED_OUT',
      a6: 'INTERNAL',
      a7: '',
    });
  });

  test('an interruption ends those that wait for a proof too', async () => {
    const { outcomes } = await check({
      targets: fleetOf(3),
      interruptAfterMs: 100,
      agents: { a1: { verbs: { ask: () => null } } },
    });
    expect(outcomes.map(({ failure }) => failure?.code)).toEqual([
      'INTERRUPTED',
      'INTERRUPTED',
      'INTERRUPTED',
    ]);
    expect(outcomes.every(({ status }) => status === 'not-attempted')).toBe(true);
  });
});
