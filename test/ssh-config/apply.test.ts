import { describe, expect, test } from 'vitest';
import type { Inventory, SshSettings, SshSpec, Target } from '../../src/domain/target.ts';
import { applySshConfig, readSshConfig } from '../../src/ssh-config/apply.ts';
import { loadSshConfig } from '../../src/ssh-config/load.ts';
import { target } from '../support/fleet-samples.ts';
import { configOf, disk, hopOf, WHERE } from './reading.ts';

function agent(name: string, written: SshSettings = {}, ssh: Partial<SshSpec> = {}): Target {
  const hop = hopOf(name, written);
  return target(name, { ...hop, name, ssh: { ...hop.ssh, ...ssh } });
}

function inventory(...targets: readonly Target[]): Inventory {
  return { file: 'inv.yaml', registries: [], targets, marathon: { token: null, caFile: null }, warnings: [] };
}

const agents = (count: number, written: SshSettings = {}) =>
  Array.from({ length: count }, (_, index) => agent(`web-${index + 1}`, written));

async function apply(text: string, ...targets: readonly Target[]) {
  const config = await configOf(text);
  return applySshConfig(inventory(...targets), () => config, WHERE);
}

async function problems(text: string, ...targets: readonly Target[]) {
  const applied = await apply(text, ...targets);
  return applied.ok ? [] : applied.error;
}

describe('the files to read', () => {
  async function asked(...targets: readonly Target[]) {
    const reader = disk({ '/c': 'Port x', '/d': 'Port 4', '/home/op/.ssh/config': 'Port 3' });
    const read = await readSshConfig(inventory(...targets), reader, WHERE);
    return { files: reader.asked.map((path) => path.replace('private ', '')), read };
  }

  test('are those that agents name, each once, and else the usual pair', async () => {
    const fleet = [
      agent('a'),
      agent('b'),
      agent('c', { configFile: '/d' }),
      agent('d', { configFile: '/d' }),
    ];
    const { files, read } = await asked(...fleet);
    expect(files).toEqual(['/home/op/.ssh/config', '/etc/ssh/ssh_config', '/d']);
    expect(read.ok && read.value.targets.map(({ port }) => port)).toEqual([3, 3, 4, 4]);
  });

  test('are none where no agent wants one', async () => {
    const fleet = [agent('a', { configFile: 'none' }), agent('b', {}, { transport: 'local' })];
    expect((await asked(...fleet)).files).toEqual([]);
  });

  test('must be right where this client needs them', async () => {
    const { read } = await asked(agent('a', { configFile: '/c' }), agent('b', { configFile: '/none' }));
    expect(read.ok ? [] : read.error).toMatchObject([
      { code: 'SSH_CONFIG_INVALID', file: '/c', line: 1 },
      { code: 'SSH_CONFIG_UNREADABLE' },
    ]);
  });

  test('may be wrong where only the ssh program needs them', async () => {
    const fleet = agent('a', { configFile: '/c' }, { transport: 'openssh' });
    const { read } = await asked(fleet);
    expect(read).toEqual({ ok: true, value: inventory(fleet) });
  });
});

describe('an inventory under ssh_config', () => {
  test('has every agent as it is reached', async () => {
    const applied = await apply('Host web-1\nPort 2222', ...agents(2));
    if (!applied.ok) throw new Error('refused');
    expect(applied.value.targets.map(({ name, port }) => [name, port])).toEqual([
      ['web-1', 2222],
      ['web-2', 22],
    ]);
  });

  test('leaves this machine alone', async () => {
    const fleet = agent('a', {}, { transport: 'local' });
    expect(await apply('Port 3\nProxyCommand nc', fleet)).toEqual({ ok: true, value: inventory(fleet) });
  });

  test('says nothing of what the ssh program does by itself', async () => {
    const fleet = agent('a', { proxyJump: 'b' }, { transport: 'openssh' });
    const applied = await apply('Port 3\nFooBar 1\nGSSAPIAuthentication yes\nHost b\nProxyCommand nc', fleet);
    if (!applied.ok) throw new Error('refused');
    expect(applied.value).toMatchObject({
      warnings: [],
      targets: [{ port: 3, ssh: { transport: 'openssh' } }],
    });
  });

  test('takes no configuration where the inventory says none, and still its own proxyJump', async () => {
    const applied = await apply('Port 3', agent('a', { configFile: 'none', proxyJump: 'b' }));
    if (!applied.ok) throw new Error('refused');
    const [one] = applied.value.targets;
    expect([one?.port, one?.ssh.jumps.map(({ host }) => host)]).toEqual([22, ['b']]);
  });

  test('takes for each agent the configuration that it names', async () => {
    const configs = new Map([
      [null, await configOf('Port 3')],
      ['/c', await configOf('Port 4')],
    ]);
    const fleet = inventory(agent('a'), agent('b', { configFile: '/c' }));
    const applied = applySshConfig(fleet, (file) => configs.get(file) ?? null, WHERE);
    expect(applied.ok && applied.value.targets.map(({ port }) => port)).toEqual([3, 4]);
  });
});

describe('complaints', () => {
  test('name the agents together, the place and the way out', async () => {
    const text = 'Host web-1 web-2\n  ProxyCommand sshpass -p hunter2 nc %h %p\n';
    expect(await problems(text, ...agents(3))).toEqual([
      {
        code: 'PROXY_COMMAND_UNSUPPORTED',
        message:
          'ProxyCommand is not supported by this client, and going straight could reach another machine (web-[1-2]).',
        hint: expect.stringContaining('ssh: { transport: openssh }'),
        file: '/c',
        line: 2,
        column: 1,
        source: 'ProxyCommand …',
      },
    ]);
  });

  test('do not name all agents', async () => {
    const [problem] = await problems('ProxyCommand x', ...agents(3));
    expect(problem?.message).not.toContain('web');
  });

  test('of the inventory itself have no place here', async () => {
    const [problem] = await problems('', agent('a', { proxyJump: 'b@' }), agent('c'));
    expect(problem).toEqual({
      code: 'PROXY_JUMP_INVALID',
      message: 'The proxyJump b@ names no machine to go through (a).',
      hint: expect.any(String),
    });
  });

  test('that are not grave become warnings, one for each place', async () => {
    const text = 'Host web-1\n  GSSAPIAuthentication yes\nHost web-2 web-3\n  GSSAPIAuthentication yes\n';
    const applied = await apply(text, ...agents(3));
    if (!applied.ok) throw new Error('refused');
    const hint = 'For these agents set ssh: { transport: openssh }, which runs the ssh program.';
    const code = 'SSH_CONFIG_NOT_HONOURED';
    const words = 'GSSAPIAuthentication is not honoured: keys and passwords are';
    expect(applied.value.warnings).toEqual([
      { code, message: `${words} (web-1), /c:2.`, hint },
      { code, message: `${words} (web-[2-3]), /c:4.`, hint },
    ]);
  });

  test('about a jump host name the agents behind it', async () => {
    const [problem] = await problems('Host b\nProxyCommand nc', agent('x', { proxyJump: 'b' }), agent('y'));
    expect(problem?.message).toMatch(/\(x\)\.$/);
  });

  test("do not tell of GSSAPI in the system's file, where distributions put it for everybody", async () => {
    const files = { '/etc/ssh/ssh_config': 'Host *\n GSSAPIAuthentication yes\n Ciphers aes256-ctr\n' };
    const config = await loadSshConfig(null, disk(files), WHERE);
    const applied = applySshConfig(inventory(agent('a')), () => (config.ok ? config.value : null), WHERE);
    expect(applied.ok && applied.value.warnings).toEqual([]);
  });

  test('tell of doubts about a file once', async () => {
    const applied = await apply('NewKeyword yes', ...agents(3));
    expect(applied.ok && applied.value.warnings).toMatchObject([{ code: 'SSH_CONFIG_UNKNOWN_KEYWORD' }]);
  });
});

test('thousands of agents under hundreds of blocks share their jump host', async () => {
  const blocks = Array.from({ length: 300 }, (_, n) => `Host web-${n} *.zone${n}\n  User u${n}\n`).join('');
  const config = await configOf(`${blocks}Host bastion\n  ProxyJump none\nHost *\n  ProxyJump bastion\n`);
  const applied = applySshConfig(inventory(...agents(2_000)), () => config, WHERE);
  if (!applied.ok) throw new Error('refused');
  expect(new Set(applied.value.targets.map(({ ssh }) => ssh.jumps[0])).size).toBe(1);
  expect(applied.value.targets.filter(({ ssh }) => ssh.user !== 'op')).toHaveLength(299);
});
