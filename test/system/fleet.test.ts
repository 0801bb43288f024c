import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from './support/enclave.ts';
import { eventually } from './support/eventually.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { PASSWORD } from './support/people.ts';
import { NO_AGENTS, type Places, startPlaces } from './support/places.ts';
import { namespaceOf, processesIn } from './support/processes.ts';

describeSystem('the fleet of these tests is what they take it for (told by plain ssh)', () => {
  let fleet: Fleet;
  let places: Places;

  beforeAll(async () => {
    fleet = await startFleet({ agents: { one: {}, two: {}, 'no-daemon': { docker: 'down' } } });
    places = await startPlaces(fleet.enclave, 'the password');
  });
  afterAll(() => fleet?.close());

  function ssh(user: string, host: string, command: string, input = '') {
    const known = [
      '-o',
      `UserKnownHostsFile=${fleet.knownHosts}`,
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=2',
    ];
    const argv = ['ssh', '-F', 'none', '-i', fleet.identity, ...known, `${user}@${host}`, command];
    return collect(spawn('nsenter', ['-t', String(fleet.enclave.pid), '-n', ...argv]), input);
  }
  const on = (name: string) => fleet.agent(name).address;

  test('what one agent writes no other agent has, nor this machine', async () => {
    expect(await ssh('root', on('one'), 'echo one >/etc/of-one; echo one >/run/of-one')).toMatchObject({
      code: 0,
    });
    expect(fleet.agent('one').read('/etc/of-one').toString()).toBe('one\n');
    expect(fleet.agent('two').state('/etc/of-one')).toBeNull();
    expect(fleet.agent('two').state('/run/of-one')).toBeNull();
    expect(existsSync('/etc/of-one')).toBe(false);
    expect([...fleet.agent('one').changes().keys()]).toEqual(
      expect.arrayContaining(['/etc/of-one', '/run/of-one']),
    );
  });

  test('every person gets their shell, and becomes root as far as sudo lets them', async () => {
    const by = async (user: string) => (await ssh(user, on('one'), 'sudo -n id -u')).stdout;
    const plain = ['ops', 'fishy', 'tcshy', 'ashy'];
    expect(await Promise.all(plain.map(by))).toEqual(plain.map(() => '0\n'));
    const noisy = await Promise.all(['noisybash', 'noisyfish', 'noisytcsh'].map(by));
    for (const said of noisy) expect(said).toMatch(/welcome.*no line end0\n$/s);
    expect(await Promise.all(['pwsudo', 'nosudo'].map(by))).toEqual(['', '']);
    expect((await ssh('pwsudo', on('one'), 'sudo -S id -u', `${PASSWORD}\n`)).stdout).toBe('0\n');
    expect((await ssh('nologin', on('one'), 'id')).stdout).toContain('not available');
  });

  test('agents talk to a real daemon and see it, but for those that have none', async () => {
    const asks = 'docker ps -q && cat /proc/[0-9]*/comm 2>/dev/null | grep -x dockerd';
    expect(await ssh('root', on('two'), asks)).toMatchObject({ code: 0, stdout: 'dockerd\n' });
    const without = await ssh('root', on('no-daemon'), 'docker ps; cat /proc/[0-9]*/comm | grep -x dockerd');
    expect(without).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Cannot connect') });
  });

  test('docker login is let in with the right password, and counted where it is wrong', async () => {
    const login = (registry: string, password: string) =>
      ssh(
        'root',
        on('two'),
        `d=$(mktemp -d); docker --config $d login -u ci-puller --password-stdin ${registry}; c=$?; rm -r $d; exit $c`,
        password,
      );
    expect(await login(places.registry.name, 'the password')).toMatchObject({ code: 0 });
    expect(await login(places.tls.name, 'the password')).toMatchObject({ code: 0 });
    expect(await login(places.token.name, 'token-password')).toMatchObject({ code: 0 });
    expect(await login(places.registry.name, 'wrong')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('401'),
    });
    expect(await login(places.untrusted, 'the password')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('x509'),
    });
    expect([places.registry.admissions(), places.registry.refusals()]).toEqual([1, 1]);
  });

  test('hosts that are no agents fail as they should', async () => {
    const says = async (host: string) => (await ssh('root', host, 'true')).stderr;
    const { refuses, closesAtOnce, blackHole, saysNothing, speaksHttp } = NO_AGENTS;
    const said = await Promise.all([refuses, closesAtOnce, blackHole, saysNothing, speaksHttp].map(says));
    expect(said).toEqual([
      expect.stringContaining('Connection refused'),
      expect.stringMatching(/closed|reset/),
      expect.stringContaining('timed out'),
      expect.stringContaining('timed out'),
      expect.stringMatching(/HTTP|closed|banner/),
    ]);
  });

  test('a test run that is killed leaves no process and no mount behind', async () => {
    const program = `import { startFleet } from ${JSON.stringify(join(import.meta.dirname, 'support/fleet.ts'))};
      const { enclave } = await startFleet({ agents: 2 }); console.log(JSON.stringify(enclave)); setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise((resolve) => child.stdout.once('data', resolve));
    const { pid, folder } = JSON.parse(String(said));
    const network = namespaceOf(pid, 'net');
    expect(processesIn(network, 'net').length).toBeGreaterThan(3);
    child.kill('SIGKILL');
    await eventually(() => processesIn(network, 'net').length === 0, 'something of the killed fleet runs on');
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('node-prep-fleet');
    // The next fleet would clear it away.
    rmSync(folder, { recursive: true });
  });
});
