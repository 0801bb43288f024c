import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLab } from '../../src/lab/lab.ts';
import { isAlive } from '../support/is-alive.ts';
import { briefly, dial, logIn, portOf, processes, USER, until } from './practice.ts';

test('stop leaves no process, no listener and no folder, whatever is at work', async () => {
  const fleet = await briefly({ agents: 2 });
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
