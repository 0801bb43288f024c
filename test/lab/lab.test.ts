import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packFile } from '../../src/lab/tarball.ts';
import { isAlive } from '../support/is-alive.ts';
import { briefly, logIn, portOf, processes, run, USER } from './practice.ts';

test('every agent answers on its own port, with the host key that known_hosts has', async () => {
  const { folder, ...fleet } = await briefly({ agents: 3 });
  const names = [...fleet.expected.keys()];
  expect(names).toEqual(['agent-01', 'agent-02', 'agent-03']);
  const ports = names.map((name) => portOf(fleet, name));
  expect(new Set(ports).size).toBe(3);
  const known = await readFile(join(folder, 'known_hosts'), 'utf8');
  for (const name of names) {
    let key = '';
    const client = await logIn(fleet, name, {
      hostVerifier: (blob: Buffer) => {
        key = blob.toString('base64');
        return true;
      },
    });
    client.end();
    expect(known).toContain(`[127.0.0.1]:${portOf(fleet, name)} ssh-ed25519 ${key}\n`);
  }
});

test("the inventory says what the contract asks for, and the operator's own ssh_config stays out of it", async () => {
  const { inventoryText, folder } = await briefly({ agents: 2 });
  const archive = join(folder, 'agents', 'agent-02', 'etc', 'docker.tar.gz');
  expect(inventoryText).toMatch(
    /^ {2}"127\.0\.0\.1:\d+":\n {4}username: "practice"\n {4}password: \{ file: password \}$/m,
  );
  expect(inventoryText).toContain(`archive: { owner: "${USER.name}", group: "${USER.group}", mode: "0600" }`);
  expect(inventoryText).toMatch(/name: agent-02, host: 127\.0\.0\.1, ssh: \{ port: \d+ \}/);
  expect(inventoryText).toContain(`archive: { path: "${archive}" }`);
  expect(inventoryText).toContain('configFile: none');
});

test('secrets are for their owner only', async () => {
  const { folder } = await briefly();
  for (const name of ['password', 'id_ed25519'])
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test.each([
  [1, 'agent-01'],
  [3, 'agent-03'],
  [12, 'agent-07'],
  [120, 'agent-007'],
])('of %i agents, %s has its Docker daemon down', async (agents, name) => {
  const { misbehaving, expected } = await briefly({ agents, faults: undefined as never });
  expect([...misbehaving.keys()]).toEqual([name]);
  expect(expected.get(name)).toEqual({ status: 'failed', code: 'DOCKER_DAEMON_DOWN' });
  expect([...expected.values()].filter(({ status }) => status === 'ok')).toHaveLength(agents - 1);
});

test('a process of the name dockerd is there, for ps and where there is one for /proc', async () => {
  const { folder, stop } = await briefly();
  const [pid] = processes(join(folder, 'bin'));
  expect(pid).toBeDefined();
  const name = () => execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  expect(name().replace(/^.*\//, '')).toBe('dockerd');
  if (existsSync('/proc/self/stat')) {
    const found = execFileSync('sh', ['-c', `grep -Es '^[0-9]+ [(]dockerd[)] [^ZX]' /proc/${pid}/stat`]);
    expect(found.toString()).toContain(`${pid} (dockerd)`);
  }
  await stop();
  expect(isAlive(pid ?? 0)).toBe(false);
});

test('archives are listed with their entries; what is no archive has none', async () => {
  const fleet = await briefly({ agents: 3 });
  expect(await fleet.listArchives()).toEqual([]);
  const path = (agent: string) => join(fleet.folder, 'agents', agent, 'etc', 'docker.tar.gz');
  await writeFile(path('agent-03'), packFile('.docker/config.json', 0o600, '{}'), { mode: 0o640 });
  await writeFile(path('agent-01'), 'noise', { mode: 0o600 });
  expect(await fleet.listArchives()).toEqual([
    { agent: 'agent-01', path: path('agent-01'), size: 5, mode: 0o600, entries: [] },
    {
      agent: 'agent-03',
      path: path('agent-03'),
      size: statSync(path('agent-03')).size,
      mode: 0o640,
      entries: [{ name: '.docker/config.json', mode: 0o600, size: 2 }],
    },
  ]);
});

test('sixty agents answer at the same time', async () => {
  const fleet = await briefly({ agents: 60 });
  expect(readdirSync(join(fleet.folder, 'agents'))).toHaveLength(60);
  const ends = await Promise.all(
    [...fleet.expected.keys()].map((name) => run(fleet, name, 'docker ps -a', '')),
  );
  expect(ends.filter(({ code }) => code === 0)).toHaveLength(60);
});
