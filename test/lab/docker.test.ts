import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { practice, run } from './practice.ts';

let lab: Awaited<ReturnType<typeof practice>>;
let password: string;
let registry: string;
beforeAll(async () => {
  lab = await practice();
  password = await readFile(join(lab.folder, 'password'), 'utf8');
  registry = /"(127[^"]*)":/.exec(lab.inventoryText)?.[1] ?? '';
});
afterAll(() => lab.stop());

/** What it prints on both outputs, its exit code, and the config.json that it leaves. */
async function docker(words: string, input = '') {
  const command = `umask 077; rm -rf c; mkdir c; printf %s "$SEED" >c/config.json; docker ${words} && cat c/config.json`;
  const seeded = `SEED='{"auths":{"node-prep.invalid":{}}}'; ${command}`;
  const { code, stdout, stderr } = await run(lab, 'agent-01', seeded, input);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

const logIn = (server: string) => `--config c login --username practice --password-stdin ${server}`;

describe('the stand-in docker', () => {
  test('names itself as one', async () => {
    const { code, stdout } = await docker('--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Docker version 28\.0\.0-lab, build stand-in\n/);
  });

  test('lists no containers', async () => {
    const { code, stdout } = await docker('ps -a');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n/);
  });

  test.each([
    ['as it is', (text: string) => text],
    ['with a line break at its end', (text: string) => `${text}\n`],
    ['with a Windows line break at its end', (text: string) => `${text}\r\n`],
  ])('logs in with the right password %s, and stores it beside what is there', async (_, write) => {
    const before = lab.logins();
    const { code, stdout, stderr } = await docker(logIn(registry), write(password));
    expect([code, stderr]).toEqual([0, '']);
    const [said, stored] = [stdout.slice(0, 16), stdout.slice(16)];
    expect(said).toBe('Login Succeeded\n');
    const auth = Buffer.from(`practice:${password}`).toString('base64');
    expect(JSON.parse(stored)).toEqual({ auths: { [registry]: { auth }, 'node-prep.invalid': {} } });
    expect(lab.logins()).toEqual({ ...before, accepted: before.accepted + 1 });
  });

  test('keeps the stored password from others, and has it nowhere else', async () => {
    const command = `mkdir -p d && docker --config d login --username practice --password-stdin ${registry} && ls -l d`;
    const { stdout } = await run(lab, 'agent-01', command, password);
    expect(stdout.toString()).toMatch(/^-rw-------.* config\.json$/m);
    expect(stdout.toString().match(/config/g)).toHaveLength(1);
  });

  test("is turned away with a wrong password, in docker's words, and stores nothing", async () => {
    const before = lab.logins();
    const { code, stdout, stderr } = await docker(
      `${logIn(registry)} || { echo "$?"; cat c/config.json; }; exit`,
      'wrong',
    );
    expect(code).toBe(0);
    expect(stdout).toBe('1\n{"auths":{"node-prep.invalid":{}}}');
    expect(stderr).toBe(
      `Error response from daemon: login attempt to http://${registry}/v2/ failed with status: 401 Unauthorized\n`,
    );
    expect(lab.logins()).toEqual({ ...before, refused: before.refused + 1 });
  });

  test('says when no registry is there', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    await new Promise((resolve) => listener.close(resolve));
    const { code, stderr } = await docker(logIn(`127.0.0.1:${port}`), password);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Error response from daemon: Get "http://127.0.0.1:${port}/v2/": dial tcp 127.0.0.1:${port}: connect: connection refused\n`,
    );
  });

  test.each([
    [
      'a registry elsewhere',
      logIn('registry.example.com'),
      /its own registry only, not to registry\.example\.com/,
    ],
    ['Docker Hub', logIn(''), /not to Docker Hub/],
    ['a name that only begins like loopback', logIn('127.0.0.1:80.example.com'), /its own registry only/],
    [
      'a terminal',
      '--config c login --username practice',
      /Cannot perform an interactive login from a non TTY device/,
    ],
    ['another command', 'run --rm hello-world', /stand-in docker .* knows only: --version, ps -a, login/],
    ['an unknown flag', 'login --token x', /unknown flag: --token/],
  ])('refuses %s', async (_, words, message) => {
    const before = lab.logins();
    const { code, stderr } = await docker(words, password);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(lab.logins()).toEqual(before);
  });
});
