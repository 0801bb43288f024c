import { expect, test } from 'vitest';
import type { ListedArchive } from '../../src/lab/archives.ts';
import { FAULTS } from '../../src/lab/faults.ts';
import { storyAfter, storyBefore, storyUp } from '../../src/lab/story.ts';

const archive = (agent: string): ListedArchive => ({
  agent,
  path: `/tmp/lab/agents/${agent}/etc/docker.tar.gz`,
  size: 231,
  mode: 0o600,
  entries: [
    { name: '.docker/', mode: 0o700, size: 0 },
    { name: '.docker/config.json', mode: 0o600, size: 99 },
  ],
});

const ending = {
  archives: [archive('agent-01'), archive('agent-02')],
  agents: 2,
  expected: new Map([['agent-02', { status: 'failed', code: 'DOCKER_DAEMON_DOWN' } as const]]),
  misbehaving: new Map([['agent-02', 'has no running Docker daemon']]),
  deviations: [],
};

test('before: what is real, and that docker is a stand-in', () => {
  const text = storyBefore(12).join('\n');
  expect(text).toContain('12 agents');
  expect(text).toMatch(/^Real: SSH, \/bin\/sh/m);
  expect(text).toMatch(/^A stand-in: docker/m);
});

test('after: the archives, the agent that failed on purpose, the next steps', () => {
  const text = storyAfter(ending).join('\n');
  expect(text).toContain('on disk (2 of 2 agents have one), in\n/tmp/lab/agents/:\n');
  expect(text).toContain('\n  agent-01/etc/docker.tar.gz  0600  231 bytes: .docker/ .docker/config.json\n');
  expect(text).toContain(
    'On purpose, agent-02 has no running Docker daemon.\nThat is what DOCKER_DAEMON_DOWN above tells.\n',
  );
  expect(text).toContain(
    '\nIt did not hold up the other agent.\nThe fleet behaved as scripted, so this command exits 0',
  );
  expect(text).toMatch(/npx node-prep lab up .*\n.*npx node-prep init/);
});

test.each([
  [1, /^On purpose, .*\nThat is .*\nThe fleet behaved/m],
  [12, /\nIt held up none of the other 11 agents\.\n/],
])('after: one agent of %i misbehaved', (agents, words) => {
  expect(storyAfter({ ...ending, agents }).join('\n')).toMatch(words);
});

test('after: nobody misbehaved, and no run is warned of', () => {
  const lines = storyAfter({ ...ending, expected: new Map(), misbehaving: new Map() });
  expect(lines).toContain('The fleet behaved as scripted, so this command exits 0.');
});

test('after: what was not as scripted is said, and nothing is claimed', () => {
  const text = storyAfter({ ...ending, deviations: ['agent-01 was to be ok, but is failed.'] }).join('\n');
  expect(text).toContain('did not behave as scripted:\n  agent-01 was to be ok, but is failed.');
  expect(text).not.toMatch(/behaved as scripted|On purpose/);
});

test('after: no archive at all is said too', () => {
  expect(storyAfter({ ...ending, archives: [] })).toContain('No agent has an archive.');
});

test('no line is longer than a window of 120 columns', () => {
  const folder = '/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/node-prep-lab-AbCdEf';
  const archives = ending.archives.map((found) => ({
    ...found,
    path: `${folder}/agents/${found.agent}/etc/docker.tar.gz`,
  }));
  const misbehaving = new Map(Object.values(FAULTS).map(({ says }, index) => [`agent-${index + 10}`, says]));
  const lines = [...storyBefore(999), ...storyAfter({ ...ending, archives, misbehaving })];
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

test('a long list of archives is cut, and says so', () => {
  const archives = Array.from({ length: 30 }, (_, index) => archive(`agent-${index}`));
  const lines = storyAfter({ ...ending, archives, agents: 30 });
  expect(lines.filter((line) => line.includes('docker.tar.gz'))).toHaveLength(20);
  expect(lines).toContain('  and 10 more like them');
});

test.each([
  ['/tmp/lab', 'npx node-prep run /tmp/lab/inventory.yaml', '-i /tmp/lab/id_ed25519'],
  [
    "/tmp/it's mine",
    "npx node-prep run '/tmp/it'\\''s mine/inventory.yaml'",
    "-i '/tmp/it'\\''s mine/id_ed25519'",
  ],
])('lab up in %s: the commands can be pasted into a shell', (folder, run, key) => {
  const login = {
    user: 'core',
    port: 4022,
    keyFile: `${folder}/id_ed25519`,
    knownHostsFile: `${folder}/known_hosts`,
  };
  const lines = storyUp({ inventoryFile: `${folder}/inventory.yaml`, login, misbehaving: new Map() }, 3);
  expect(lines).toContain(`  ${run}`);
  const ssh = lines.find((line) => line.startsWith('  ssh '));
  expect(ssh).toContain(key);
  expect(ssh).toContain('-p 4022 core@127.0.0.1 docker ps -a');
});
