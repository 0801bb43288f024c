import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/credential/redact.ts';
import { createSpeech } from '../../src/credential/speech.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { referenceKey, Secret, type SecretReference } from '../../src/domain/secret.ts';
import type { Target } from '../../src/domain/target.ts';
import { createFleet } from '../../src/engine/create-fleet.ts';
import { runFleet } from '../../src/engine/run-fleet.ts';
import { createStop } from '../../src/engine/stop.ts';
import { type FakeAgent, fakeFleet, refusedLogin, type SudoAct } from '../support/fake-fleet.ts';
import { registry, SCRIPT, secret, target } from '../support/fleet-samples.ts';
import { sshSpec } from '../support/ssh-target.ts';

const PASSWORD = 'right horse';
const REFERENCE: SecretReference = { kind: 'prompt', text: 'sudo password' };

type Sudo = NonNullable<FakeAgent['sudo']>;

/** A sudo that asks, and then does something with what it is given. */
const asksThen =
  (then: (line: string, prompt: string) => SudoAct): Sudo =>
  (line, prompt) =>
    line === null ? { says: `We trust you have received the usual lecture.\n${prompt}` } : then(line, prompt);
const takes = asksThen(() => 'start');
const refuses = asksThen((_, prompt) => ({ says: `Sorry, try again.\n${prompt}` }));

const person = (name: string, more: Partial<Target> = {}) => {
  const host = `${name}.example.com`;
  const ssh = sshSpec(host, { user: 'ops', identityFilesExplicit: false });
  return target(name, { ssh, become: { method: 'auto', password: REFERENCE }, ...more });
};
const people = (count: number) => Array.from({ length: count }, (_, index) => person(`a${index + 1}`));

interface Options {
  readonly sudo: Readonly<Record<string, Sudo>> | Sudo;
  readonly targets: readonly Target[];
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly agents?: Readonly<Record<string, FakeAgent>>;
  readonly interruptAfterMs?: number;
}

async function runWith({ sudo, targets, concurrency = 64, timeoutMs = 5_000, ...more }: Options) {
  const agents = Object.fromEntries(
    targets.map(({ name }): [string, FakeAgent] => {
      const own = typeof sudo === 'function' ? sudo : sudo[name];
      return [name, { ...more.agents?.[name], ...(own === undefined ? {} : { sudo: own }) }];
    }),
  );
  const fakes = fakeFleet(agents);
  const stop = createStop();
  const events: RunEvent[] = [];
  const password = new Secret(PASSWORD);
  let random = 0;
  const fleet = createFleet({
    check: null,
    transport: fakes.transport,
    script: SCRIPT,
    request: { handshakes: 32, logins: 16, timeoutMs, dryRun: false, dropOtherRegistries: false },
    targets,
    registries: [registry],
    credentials: {
      registries: new Map([[registry.name, secret]]),
      sshPasswords: new Map(),
      becomePasswords: new Map([[referenceKey(REFERENCE), password]]),
    },
    holder: 'operator@machine',
    say: createSpeech(createRedactor([{ secret, username: 'puller' }, { secret: password }])),
    stop,
    issues: { find: () => null, record: () => {} },
    randomBytes(length) {
      random += 1;
      return Uint8Array.from({ length }, (_, index) => random * 31 + index);
    },
    emit: (event) => events.push(event),
  });
  if (more.interruptAfterMs !== undefined)
    setTimeout(() => stop.pull({ kind: 'interrupted', words: 'Ctrl-C' }), more.interruptAfterMs);
  const outcomes = await runFleet(targets, fleet, { concurrency, maxFailures: null }, () => {});
  const summary = Object.fromEntries(
    outcomes.map(({ name, status, failure: why }) => [name, `${status} ${why?.code ?? ''}`.trim()]),
  );
  const given = targets.flatMap(({ name }) => fakes.state(name).given);
  const waits = events.filter((event) => event.type === 'agent-waiting');
  return { outcomes, summary, fakes, given, waits, failure: outcomes[0]?.failure };
}

describe('the password for sudo', () => {
  test('is given to every sudo that asks, once each, after one agent has proven it', async () => {
    let proven = false;
    const first = asksThen(() => {
      proven = true;
      return 'start';
    });
    const after = asksThen(() => {
      expect(proven).toBe(true);
      return 'start';
    });
    const { summary, given, waits } = await runWith({
      sudo: { a1: first, a2: after, a3: after },
      targets: people(3),
    });
    expect(summary).toEqual({ a1: 'ok', a2: 'ok', a3: 'ok' });
    expect(given).toEqual([PASSWORD, PASSWORD, PASSWORD]);
    expect(waits.filter(({ for: reason }) => reason === 'become-password-proof').length).toBeGreaterThan(0);
  });

  test('is sent once, though the prompt came twice', async () => {
    const twice: Sudo = (line, prompt) => (line === null ? { says: `${prompt}\n${prompt}` } : 'start');
    const { summary, given } = await runWith({ sudo: twice, targets: people(1) });
    expect([summary, given]).toEqual([{ a1: 'ok' }, [PASSWORD]]);
  });

  test('is not sent where sudo does not ask', async () => {
    const { summary, given } = await runWith({
      sudo: { a1: () => 'start', a2: takes },
      targets: people(3),
    });
    expect(summary).toEqual({ a1: 'ok', a2: 'ok', a3: 'ok' });
    expect(given).toEqual([PASSWORD]);
  });

  test('that is wrong is tried on one agent, once, and nobody else gets to see it', async () => {
    const targets = people(20);
    const { summary, given, fakes, failure } = await runWith({ sudo: refuses, targets });
    expect(given).toEqual([PASSWORD]);
    expect(failure).toMatchObject({ code: 'BECOME_REFUSED', step: 'become' });
    expect(failure?.message).toMatch(/sudo refused the password for ops\. Nothing was changed there\.$/);
    expect(failure?.detail).toMatch(/Sorry, try again\.$/);
    expect(Object.values(summary).slice(1)).toEqual(Array(19).fill('not-attempted STOPPED'));
    // At the second prompt sudo's input ends, at once.
    expect(fakes.state('a1').cutOff).toBe(1);
  });

  test('that is wrong keeps nobody waiting who needs none', async () => {
    const root = target('b1');
    const free = person('b2');
    const { summary } = await runWith({
      sudo: { a1: refuses, a2: takes, b2: () => 'start' },
      targets: [...people(2), root, free],
    });
    expect(summary).toEqual({
      a1: 'failed BECOME_REFUSED',
      a2: 'not-attempted STOPPED',
      b1: 'ok',
      b2: 'ok',
    });
  });

  test('that is refused on one agent after another has proven it is tried nowhere else from then on', async () => {
    const targets = people(4);
    const { summary, given } = await runWith({
      sudo: { a1: takes, a2: refuses, a3: takes, a4: takes },
      targets,
      concurrency: 1,
    });
    expect(summary).toEqual({
      a1: 'ok',
      a2: 'failed BECOME_REFUSED',
      a3: 'not-attempted STOPPED',
      a4: 'not-attempted STOPPED',
    });
    expect(given).toHaveLength(2);
  });

  test.each<[string, Sudo, string, RegExp]>([
    [
      'one try only (passwd_tries)',
      asksThen(() => ({ says: 'sudo: 1 incorrect password attempt\n', ends: true })),
      'BECOME_REFUSED',
      /refused the password/,
    ],
    [
      'asks again without a word',
      asksThen((_, prompt) => ({ says: `\n${prompt}` })),
      'BECOME_REFUSED',
      /more than a password/,
    ],
    [
      'ends in words that are not known',
      asksThen(() => ({ says: 'nope\n', ends: true })),
      'BECOME_REFUSED',
      /was given the password/,
    ],
    ['is lost with its connection', asksThen(() => 'lost'), 'CONNECTION_LOST', /connection/],
    ['never answers', asksThen(() => 'wait'), 'TIMED_OUT', /during become/],
  ])('counts as refused by a sudo that %s', async (_, sudo, code, words) => {
    const { summary, given, failure } = await runWith({ sudo, targets: people(3), timeoutMs: 400 });
    expect(failure).toMatchObject({ code });
    expect(failure?.message).toMatch(words);
    expect([summary.a2, summary.a3]).toEqual(['not-attempted STOPPED', 'not-attempted STOPPED']);
    expect(given).toHaveLength(1);
  });

  test('was right where sudo took it and only then said what the user may not do', async () => {
    const not = asksThen(() => ({ says: 'ops is not in the sudoers file.\n', ends: true }));
    const { summary, given, failure } = await runWith({ sudo: { a1: not, a2: takes }, targets: people(2) });
    expect(summary).toEqual({ a1: 'failed BECOME_REFUSED', a2: 'ok' });
    expect(failure?.message).toMatch(/sudo does not allow ops/);
    expect(given).toHaveLength(2);
  });

  test.each<[string, Sudo]>([
    [
      'asks for none, but refuses',
      () => ({ says: 'sudo: sorry, you must have a tty to run sudo\n', ends: true }),
    ],
    [
      'knows the account has expired',
      asksThen(() => ({ says: 'sudo: account validation failure, is your account locked?\n', ends: true })),
    ],
    ['breaks before it asks', () => 'lost'],
  ])('is proven by the next agent after one that %s', async (_, sudo) => {
    const { summary } = await runWith({ sudo: { a1: sudo, a2: takes, a3: takes }, targets: people(3) });
    expect([summary.a2, summary.a3]).toEqual(['ok', 'ok']);
    expect(summary.a1).not.toBe('ok');
  });

  test('is not sent by an agent whose connection broke while it waited', async () => {
    const slow = asksThen(() => 'wait');
    const { summary, given, fakes } = await runWith({
      sudo: { a1: slow, a2: takes },
      targets: people(2),
      agents: { a2: { breaksAfterMs: 50 } },
      timeoutMs: 300,
    });
    expect(summary).toEqual({ a1: 'failed TIMED_OUT', a2: 'unreachable CONNECTION_LOST' });
    expect(given).toEqual([PASSWORD]);
    expect(fakes.state('a2').given).toEqual([]);
  });

  test('is not sent any more after an interruption, and nobody waits for its proof', async () => {
    const { summary, given } = await runWith({
      sudo: asksThen(() => 'wait'),
      targets: people(3),
      interruptAfterMs: 50,
    });
    expect(new Set(Object.values(summary))).toEqual(new Set(['not-attempted INTERRUPTED']));
    expect(given).toHaveLength(1);
  });

  test('is in nothing that an agent says', async () => {
    const echo = asksThen((line) => ({ says: `you typed ${line}\n`, ends: true }));
    const { outcomes } = await runWith({ sudo: echo, targets: people(1) });
    expect(JSON.stringify(outcomes)).not.toContain(PASSWORD);
    expect(outcomes[0]?.failure?.detail).toContain('you typed');
  });
});

test('a refused registry credential stops those that wait for the proof of sudo', async () => {
  const root = target('b1');
  const { summary } = await runWith({
    sudo: asksThen(() => 'wait'),
    targets: [...people(3), root],
    agents: { b1: { verbs: { login: refusedLogin } } },
  });
  expect(summary).toEqual({
    a1: 'not-attempted STOPPED',
    a2: 'not-attempted STOPPED',
    a3: 'not-attempted STOPPED',
    b1: 'failed REGISTRY_AUTH_REJECTED',
  });
});
