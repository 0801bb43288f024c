import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS, type FaultName } from '../../src/lab/faults.ts';
import { briefly, dial, execute, logIn, portOf, run } from './practice.ts';

/** Two agents, the first with the fault. */
async function faulty(fault: FaultName) {
  return briefly({ agents: 2, faults: { 'agent-01': fault } });
}

async function say(fault: FaultName, command: string, input = '') {
  const lab = await faulty(fault);
  const { code, stdout, stderr } = await run(lab, 'agent-01', command, input);
  return { code, output: stdout.toString() + stderr.toString() };
}

test('every fault is expected, described, and has an effect', () => {
  for (const [name, { says, expected, ...effects }] of Object.entries(FAULTS)) {
    expect(says, name).not.toBe('');
    expect(expected.status, name).toBeDefined();
    expect(Object.keys(effects), name).toHaveLength(1);
  }
});

test.each([
  [
    'daemon-down',
    'docker ps -a',
    1,
    /^Cannot connect to the Docker daemon at unix:\/\/\/var\/run\/docker\.sock\. Is the docker daemon running\?$/m,
  ],
  ['daemon-down', 'docker --version', 0, /^Docker version 28/],
  ['docker-missing', 'PATH=../bin; docker --version', 127, /not found/],
  ['podman', 'docker --version', 0, /^podman version/],
  ['docker-hangs', 'docker --version & sleep 0.3; kill $! && echo "it hung"', 0, /it hung/],
  ['no-shell', 'echo never', 1, /^This account is currently not available\.\n$/],
] as const)('%s: %s', async (fault, command, code, output) => {
  const ended = await say(fault, command);
  expect(ended.code).toBe(code);
  expect(ended.output).toMatch(output);
});

test.each([
  ['login-refused', 'failed with status: 401 Unauthorized'],
  ['rate-limited', 'failed with status: 429 Too Many Requests'],
] as const)('%s: the right password is of no use there, but next door', async (fault, message) => {
  const lab = await faulty(fault);
  const password = await readFile(join(lab.folder, 'password'), 'utf8');
  const registry = /"(127[^"]*)":/.exec(lab.inventoryText)?.[1] ?? '';
  const command = `docker --config . login --username practice --password-stdin ${registry}`;
  const [here, next] = await Promise.all(
    ['agent-01', 'agent-02'].map((name) => run(lab, name, command, password)),
  );
  expect(here?.code).toBe(1);
  expect(here?.stderr.toString()).toContain(message);
  expect(next?.code).toBe(0);
});

test.each([
  ['host-key-differs', 2],
  ['host-key-unknown', 1],
] as const)('%s: known_hosts has the wrong key or none', async (fault, lines) => {
  const lab = await faulty(fault);
  const known = await readFile(join(lab.folder, 'known_hosts'), 'utf8');
  expect(known.trim().split('\n')).toHaveLength(lines);
  const keys = await Promise.all(
    ['agent-01', 'agent-02'].map(async (name) => {
      let key = '';
      const client = await logIn(lab, name, {
        hostVerifier: (blob: Buffer) => {
          key = blob.toString('base64');
          return true;
        },
      });
      client.end();
      return key;
    }),
  );
  expect(keys.map((key) => known.includes(key))).toEqual([false, true]);
});

test('archive-foreign: an archive with another registry is already there', async () => {
  const lab = await faulty('archive-foreign');
  const [archive, ...others] = await lab.listArchives();
  expect(others).toEqual([]);
  expect(archive).toMatchObject({
    agent: 'agent-01',
    entries: [{ name: '.docker/config.json', mode: 0o600 }],
  });
});

test('floods: eight megabytes come before the answer, which is whole', async () => {
  const lab = await faulty('floods');
  const { stdout } = await run(lab, 'agent-01', 'cat', 'after all');
  expect(stdout.length).toBe(128 * 65_536 + 9);
  expect(stdout.subarray(-9).toString()).toBe('after all');
});

test('closes-at-once: not a word is said', async () => {
  const lab = await faulty('closes-at-once');
  const socket = dial(portOf(lab, 'agent-01')).resume();
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  await once(socket, 'close');
  expect(bytes).toBe(0);
});

test('not-ssh: the answer is HTTP', async () => {
  const lab = await faulty('not-ssh');
  const socket = dial(portOf(lab, 'agent-01'));
  socket.write('SSH-2.0-test\r\n');
  const [said] = await once(socket, 'data');
  expect(String(said)).toMatch(/^HTTP\/1\.1 400/);
  await once(socket.resume(), 'close');
});

test('drops-mid-install: the connection breaks once, when the install has been asked for', async () => {
  const lab = await faulty('drops-mid-install');
  const script = 'install() {\ninstall || exit\n}\n';
  const install = `${script}install 600 absent\n/etc/docker.tar.gz\n`;
  const client = await logIn(lab, 'agent-01');
  expect((await execute(client, 'cat', script)).stdout.toString()).toBe(script);
  const closed = once(client, 'close');
  expect((await execute(client, 'cat >got; sleep 0.1; cat got', install)).code).toBeUndefined();
  await closed;
  const again = await run(lab, 'agent-01', 'cat got; cat', install);
  expect(again.stdout.toString()).toBe(install + install);
});
