import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLab } from '../../src/lab/lab.ts';
import { packFile } from '../../src/lab/tarball.ts';
import { dial, isAlive, logIn, portOf, practice, run, USER, until } from './practice.ts';

async function lab(options: Parameters<typeof practice>[0] = {}) {
  const started = await practice(options);
  onTestFinished(started.stop);
  return started;
}

/** Process numbers whose command line holds the text. */
function processes(text: string): number[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}

test('every agent answers on its own port, with the host key that known_hosts has', async () => {
  const { folder, ...fleet } = await lab({ agents: 3 });
  const names = [...fleet.expected.keys()];
  expect(names).toEqual(['agent-01', 'agent-02', 'agent-03']);
  const ports = names.map((name) => portOf(fleet, name));
  expect(new Set(ports).size).toBe(3);
  const { readFile } = await import('node:fs/promises');
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

test('the inventory says what the contract asks for, and nothing that is not built', async () => {
  const { inventoryText, folder } = await lab({ agents: 2 });
  const archive = join(folder, 'agents', 'agent-02', 'etc', 'docker.tar.gz');
  expect(inventoryText).toMatch(
    /^ {2}"127\.0\.0\.1:\d+":\n {4}username: "practice"\n {4}password: \{ file: password \}$/m,
  );
  expect(inventoryText).toContain(`archive: { owner: "${USER.name}", group: "${USER.group}", mode: "0600" }`);
  expect(inventoryText).toMatch(/name: agent-02, host: 127\.0\.0\.1, ssh: \{ port: \d+ \}/);
  expect(inventoryText).toContain(`archive: { path: "${archive}" }`);
  expect(inventoryText).not.toMatch(/configFile|transport|proxyJump/);
});

test('secrets are for their owner only', async () => {
  const { folder } = await lab();
  for (const name of ['password', 'id_ed25519'])
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test.each([
  [1, 'agent-01'],
  [3, 'agent-03'],
  [12, 'agent-07'],
  [120, 'agent-007'],
])('of %i agents, %s has its Docker daemon down', async (agents, name) => {
  const { misbehaving, expected } = await lab({ agents, faults: undefined as never });
  expect([...misbehaving.keys()]).toEqual([name]);
  expect(expected.get(name)).toEqual({ status: 'failed', code: 'DOCKER_DAEMON_DOWN' });
  expect([...expected.values()].filter(({ status }) => status === 'ok')).toHaveLength(agents - 1);
});

test('a process of the name dockerd is there, for ps and where there is one for /proc', async () => {
  const { folder, stop } = await lab();
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
  const fleet = await lab({ agents: 3 });
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

test('stop leaves no process, no listener and no folder, whatever is at work', async () => {
  const fleet = await lab({ agents: 2 });
  const [dockerd] = processes(join(fleet.folder, 'bin'));
  const marker = `${fleet.folder}/marker`;
  const client = await logIn(fleet, 'agent-02');
  const commands = [
    // Deaf to a polite end, and with a child of its own.
    `trap '' TERM; sleep 300 & echo up; cat; sleep 300; : ${marker}`,
    `echo up; sleep 300; : ${marker}`,
    // Ended, but not alone.
    `sh -c 'sleep 300; : ${marker}' >/dev/null 2>&1 & echo up`,
  ];
  for (const command of commands) {
    await new Promise<void>((resolve, reject) => {
      client.exec(command, (error, channel) =>
        error ? reject(error) : channel.once('data', () => resolve()),
      );
    });
  }
  const running = processes(marker);
  expect(running.length).toBeGreaterThanOrEqual(3);
  const port = portOf(fleet, 'agent-01');
  await Promise.all([fleet.stop(), fleet.stop()]);
  expect(existsSync(fleet.folder)).toBe(false);
  for (const pid of [...running, dockerd ?? 0]) await until(() => !isAlive(pid));
  const [error] = await once(dial(port), 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

test('when the lab is killed, what it started ends by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'node-prep-lab-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = `
    import { startLab } from ${JSON.stringify(new URL('../../src/lab/lab.ts', import.meta.url).href)};
    const lab = await startLab({ agents: 1, folder: ${JSON.stringify(folder)}, node: process.execPath,
      path: process.env.PATH, user: ${JSON.stringify(USER)} });
    console.log(JSON.stringify(lab));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const client = await logIn(JSON.parse(String(line)));
  client.exec(`cat; : ${folder}/marker`, () => undefined);
  await until(() => processes(`${folder}/marker`).length > 0);
  const running = [...processes(`${folder}/marker`), ...processes(join(folder, 'bin'))];
  expect(running.length).toBeGreaterThanOrEqual(2);
  child.kill('SIGKILL');
  for (const pid of running) await until(() => !isAlive(pid));
});

test('a lab that cannot start undoes what it began', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'node-prep-lab-'));
  const options = { agents: 1, folder, path: '/usr/bin:/bin', user: USER };
  await expect(startLab({ ...options, node: join(folder, 'no-such-node') })).rejects.toThrow('ENOENT');
  expect(existsSync(folder)).toBe(false);
});

test('sixty agents answer at the same time', async () => {
  const fleet = await lab({ agents: 60 });
  expect(readdirSync(join(fleet.folder, 'agents'))).toHaveLength(60);
  const ends = await Promise.all(
    [...fleet.expected.keys()].map((name) => run(fleet, name, 'docker ps -a', '')),
  );
  expect(ends.filter(({ code }) => code === 0)).toHaveLength(60);
});
