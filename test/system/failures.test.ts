import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { phaseOf } from '../../src/errors/catalogue.ts';
import type { FileState } from './support/agent.ts';
import { ARCHIVE, authOf, authsIn, handMadeArchive } from './support/archives.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { makeHostKey } from './support/host-key.ts';
import { occupy } from './support/occupy.ts';
import { describeSystem } from './support/parts.ts';
import { NO_REGISTRIES, type Places, startPlaces } from './support/places.ts';
import { quiet } from './support/quiet.ts';
import { withDockerThat } from './support/special.ts';
import {
  entryOf,
  type Finished,
  newOperator,
  outcomeOf,
  registryEntry,
  reportOf,
  sshOf,
} from './support/tool.ts';
import { ESCAPES, TROUBLES, type Trouble } from './support/troubles.ts';

const REGISTRY = '127.9.9.9:5000';
const OLD = handMadeArchive({ [REGISTRY]: { auth: authOf('ci-puller', 'the old password') } });
const PASSWORD = 'the password';

// Odd but sound: they must come out well, in the same run as all the troubles.
const SOUND = {
  'fine-1': {},
  'fine-2': {},
  'fine-3': {},
  'docker-floods': withDockerThat(
    'login',
    'head -c 9000000 /dev/zero | tr "\\0" x; exec /usr/bin/docker "$@"',
  ),
  'docker-escapes': withDockerThat('login', `${ESCAPES}; exec /usr/bin/docker "$@"`),
  'tmp-full': {
    setup: 'mount -t tmpfs -o size=4k,mode=1777 full /tmp; cat /dev/zero >/tmp/full 2>/dev/null || :',
  },
};

describeSystem('one run over every kind of trouble, with healthy agents between', () => {
  let fleet: Fleet;
  let places: Places;
  let finished: Finished;
  let report: Report;
  let inodes: ReadonlyMap<string, FileState | null>;
  const rows = Object.entries(TROUBLES);
  const sentences = rows.map(([name, trouble]) => ({
    name,
    with: trouble.with,
    code: trouble.code,
    trouble,
  }));

  beforeAll(async () => {
    const withOld = { [ARCHIVE]: { text: OLD, mode: 0o600 } };
    const made = rows.flatMap(([name, { agent }]) =>
      agent === null ? [] : [[name, { ...agent, files: { ...withOld, ...agent.files } }] as const],
    );
    fleet = await startFleet({ agents: { ...SOUND, ...Object.fromEntries(made) } });
    places = await startPlaces(fleet.enclave, PASSWORD);
    spoilKnownHosts(fleet);
    await occupy(fleet, 'host-busy');
    inodes = new Map(fleet.agents.map((agent) => [agent.name, agent.state(ARCHIVE)]));

    const operator = newOperator(fleet);
    const named = [REGISTRY, places.untrusted, NO_REGISTRIES.refuses, NO_REGISTRIES.failing];
    const sound = Object.keys(SOUND).map((name) => entryOf(fleet.agent(name), { registries: [REGISTRY] }));
    const troubled = rows.map(([name, trouble]) => entryFor(fleet, name, trouble));
    // Healthy ones first, in between and last: none may suffer for its place.
    const half = troubled.length / 2;
    const agents = [
      ...sound.slice(0, 2),
      ...troubled.slice(0, half),
      ...sound.slice(2, 4),
      ...troubled.slice(half),
      ...sound.slice(4),
    ];
    const inventory = operator.inventory({
      registries: Object.fromEntries(named.map((name) => [name, registryEntry()])),
      ssh: sshOf(fleet),
      agents,
    });
    finished = await operator.run(['run', inventory, '-o', 'json', '--timeout', '40s'], {
      REGISTRY_PASSWORD: PASSWORD,
    });
    report = reportOf(finished);
  });
  afterAll(() => fleet?.close());

  test.each(sentences)('$name: an agent with $with ends in $code', ({ name, trouble }) => {
    const outcome = outcomeOf(report, name);
    expect(outcome.failure, JSON.stringify(outcome)).toMatchObject({ code: trouble.code });
    expect(outcome.status).toBe(phaseOf(trouble.code) === 'reach' ? 'unreachable' : 'failed');
    expect(outcome.changed).toBe(trouble.archive === 'new');
    const { message = '', hint = '', detail = '' } = outcome.failure ?? {};
    expect(message).not.toBe('');
    expect(hint).not.toBe('');
    if (trouble.says !== undefined) expect(`${message}\n${hint}\n${detail}`).toMatch(trouble.says);
    expect(detail.length).toBeLessThanOrEqual(4_000);
  });

  test.each(rows.filter(([, { agent }]) => agent !== null))(
    '%s keeps what it had at the path',
    (name, { archive }) => {
      const agent = fleet.agent(name);
      const state = agent.state(ARCHIVE);
      if (archive === 'new') {
        expect(authsIn(agent.read(ARCHIVE))).toEqual({ [REGISTRY]: { auth: authOf('ci-puller', PASSWORD) } });
        expect(agent.read(`${ARCHIVE}.previous`).equals(OLD)).toBe(true);
        return;
      }
      expect(state).toEqual(inodes.get(name));
      if (archive === undefined) expect(agent.read(ARCHIVE).equals(OLD)).toBe(true);
      if (archive === 'link') expect(agent.read('/srv/elsewhere').equals(OLD)).toBe(true);
    },
  );

  test.each(Object.keys(SOUND))('%s is ready, whatever the others suffer', (name) => {
    expect(outcomeOf(report, name)).toMatchObject({ status: 'ok', changed: true, failures: [] });
    expect(authsIn(fleet.agent(name).read(ARCHIVE))).toEqual({
      [REGISTRY]: { auth: authOf('ci-puller', PASSWORD) },
    });
  });

  test('the exit code is 1, and every agent has its one entry, in the order of the inventory', () => {
    expect(finished.code).toBe(1);
    expect(report.agents).toHaveLength(rows.length + Object.keys(SOUND).length);
    expect(new Set(report.agents.map(({ name }) => name)).size).toBe(report.agents.length);
    expect(report.agents.map(({ name }) => name).filter((name) => name in TROUBLES)).toEqual(
      Object.keys(TROUBLES),
    );
  });

  test('no agent keeps a process, a work folder, a lock or a temporary file', async () => {
    // The busy one is still occupied by this test.
    const agents = fleet.agents.filter(({ name }) => name !== 'host-busy');
    await quiet(agents);
    for (const agent of agents) {
      const left = [...agent.changes().keys()].filter((path) => /node-prep|\.lock$/.test(path));
      expect(left, agent.name).toEqual([]);
    }
  });

  test('the rootless daemon answers where its own user would ask it', async () => {
    const agent = fleet.agent('docker-rootless');
    const asked = await agent.run('docker -H unix:///run/user/1000/docker.sock version && pgrep -x dockerd');
    expect(asked.code, asked.stderr).toBe(0);
    expect(agent.state('/run/docker.sock')).toBeNull();
  });

  test('podman got no password', () => {
    expect(fleet.agent('docker-is-podman').state('/var/tmp/swallowed')).toBeNull();
  });

  describe('what reaches the terminal', () => {
    test('has no control character but line ends, from whichever agent it came', () => {
      const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
      expect(finished.stdout).not.toMatch(raw);
      expect(finished.stderr).not.toMatch(raw);
      expect(finished.stdout).not.toContain('\\u001b');
    });

    test('groups the failures by cause, with folded names and a next step', () => {
      for (const { code } of Object.values(TROUBLES)) expect(finished.stderr).toContain(code);
    });
  });
});

function entryFor(fleet: Fleet, name: string, trouble: Trouble): object {
  const address = trouble.agent === null ? (trouble.host ?? '') : fleet.agent(name).address;
  return entryOf({ name, address }, { registries: [REGISTRY], ...trouble.entry });
}

// One agent is not in known_hosts, one has another key there, one is marked as revoked; hosts that are no agents
// get a key as well, so that it is not the key that they fail for.
function spoilKnownHosts(fleet: Fleet): void {
  const line = (name: string) => `${fleet.agent(name).address} ${fleet.agent(name).hostKey}\n`;
  const known = readFileSync(fleet.knownHosts, 'utf8');
  const spoilt = known
    .replace(line('key-unknown'), '')
    .replace(line('key-changed'), `${fleet.agent('key-changed').address} ${makeHostKey().publicKey}\n`)
    .replace(line('key-revoked'), `@revoked ${line('key-revoked')}`);
  writeFileSync(fleet.knownHosts, spoilt);
  for (const [, { agent, host }] of Object.entries(TROUBLES)) {
    if (agent === null) appendFileSync(fleet.knownHosts, `${host} ${makeHostKey().publicKey}\n`);
  }
}
