import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SMALLEST_INVENTORY } from '../../src/inventory/inventory.ts';
import { AGENTS, bad, good, REGISTRIES, target } from './reading.ts';

const names = (text: string) => good(text).targets.map(({ name }) => name);

describe('the smallest inventory', () => {
  const { file, registries, targets, warnings } = good(SMALLEST_INVENTORY);

  test('has one registry and forty agents', () => {
    const password = { kind: 'env', name: 'REGISTRY_PASSWORD' };
    expect(registries).toEqual([
      { name: 'registry.example.com', username: 'ci-puller', password, proof: 'agent' },
    ]);
    expect(targets.map(({ host }) => host)).toEqual(Array.from({ length: 40 }, (_, n) => `10.0.1.${n + 1}`));
    expect(warnings).toEqual([]);
    expect(file).toBe('inv.yaml');
  });

  test('has the defaults of the contract for all else', () => {
    expect(targets[0]).toEqual({
      name: '10.0.1.1',
      host: '10.0.1.1',
      port: 22,
      group: null,
      ssh: {
        transport: 'ssh2',
        address: '10.0.1.1',
        hostKeyAlias: null,
        identitiesOnly: false,
        certificateFiles: [],
        keepAliveMs: 15_000,
        jumps: [],
        written: {},
        user: 'op',
        identityFiles: ['/home/op/.ssh/id_ed25519', '/home/op/.ssh/id_ecdsa', '/home/op/.ssh/id_rsa'],
        identityFilesExplicit: false,
        password: null,
        hostKeys: 'strict',
        knownHosts: ['/home/op/.ssh/known_hosts'],
        globalKnownHosts: ['/etc/ssh/ssh_known_hosts'],
        connectTimeoutMs: 10_000,
      },
      become: { method: 'auto', password: null },
      archive: { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 },
      checks: [
        { id: 'runner', command: 'ps -Aef | grep -q ./runner', expect: 'runnable', timeoutMs: 20_000 },
        { id: 'dockerd', command: 'ps -Aef | grep -q dockerd', expect: 'pass', timeoutMs: 20_000 },
        { id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: 20_000 },
      ],
      registries: ['registry.example.com'],
    });
  });
});

test('the example inventory is good, without a doubt, and has every kind of agent', () => {
  const { targets, warnings } = good(
    readFileSync(join(import.meta.dirname, '../../inventory.example.yaml'), 'utf8'),
  );
  expect(warnings).toEqual([]);
  expect(targets).toHaveLength(40 + 34 + 2 + 12);
  expect(targets.at(-1)).toMatchObject({
    name: 'edge-12.example.com',
    group: 'public',
    archive: { group: 'nogroup', mode: 0o640, owner: 'root' },
  });
});

describe('the nearest setting wins', () => {
  const layers = `
ssh: { user: top, port: 1001, connectTimeout: 1s }
archive: { owner: top, group: top }
checks: [{ id: top, command: x }]
become: { method: none }
`;
  const group = `
groups:
  g:
    ssh: { user: group, port: 1002 }
    archive: { group: group }
    checks: [{ id: group, command: x }]
    agents: [ { host: a2, ssh: { user: agent }, checks: [], become: { method: sudo } }, a3 ]
`;
  const [a1, a2, a3] = good(REGISTRIES + AGENTS + layers + group).targets;

  test('the top level, where nothing is nearer', () => {
    expect(a1).toMatchObject({
      port: 1001,
      group: null,
      ssh: { user: 'top', connectTimeoutMs: 1_000 },
      become: { method: 'none' },
    });
    expect(a1?.checks.map(({ id }) => id)).toEqual(['top']);
  });

  test('the group, key by key, and lists as a whole', () => {
    expect(a3).toMatchObject({ port: 1002, group: 'g', ssh: { user: 'group', connectTimeoutMs: 1_000 } });
    expect(a3?.archive).toEqual({ path: '/etc/docker.tar.gz', owner: 'top', group: 'group', mode: 0o600 });
    expect(a3?.checks.map(({ id }) => id)).toEqual(['group']);
  });

  test('the agent, key by key, and lists as a whole', () => {
    expect(a2).toMatchObject({
      port: 1002,
      ssh: { user: 'agent', connectTimeoutMs: 1_000 },
      become: { method: 'sudo' },
      checks: [],
    });
  });

  test('a secret is replaced as a whole', () => {
    const text = 'ssh: { password: { env: A } }\nagents: [{ host: a1, ssh: { password: { file: b } } }]\n';
    expect(target(text).ssh.password).toEqual({ kind: 'file', path: '/fleet/b' });
  });
});

describe('agents are in the order of the file', () => {
  test('groups after agents', () => {
    expect(names(`${REGISTRIES}agents: [b, a]\ngroups: { g: { agents: [d] }, f: { agents: [c] } }`)).toEqual([
      'b',
      'a',
      'd',
      'c',
    ]);
  });

  test('and before them, where they are written before them', () => {
    expect(names(`${REGISTRIES}groups: { g: { agents: [d] } }\nagents: [b]`)).toEqual(['d', 'b']);
  });

  test('groups alone will do', () => {
    expect(names(`${REGISTRIES}groups: { g: { agents: [d] }, empty: { agents: [] } }`)).toEqual(['d']);
  });
});

describe('an agent', () => {
  test('may have a name of its own, so that one host is there with two ports', () => {
    const text = `${REGISTRIES}agents: [10.0.2.7, { host: 10.0.2.7, name: gpu-7, ssh: { port: 2222 } }]`;
    expect(good(text).targets.map(({ name, host, port }) => [name, host, port])).toEqual([
      ['10.0.2.7', '10.0.2.7', 22],
      ['gpu-7', '10.0.2.7', 2222],
    ]);
  });

  test('may be a range in a mapping', () => {
    expect(names(`${REGISTRIES}agents: [{ host: "n[1-2]", ssh: { port: 2222 } }]`)).toEqual(['n1', 'n2']);
  });

  test('may have an IPv6 address', () => {
    expect(target('agents: [{ host: "fe80::1%eth0" }]')).toMatchObject({
      name: 'fe80::1%eth0',
      host: 'fe80::1%eth0',
    });
  });
});

describe('registries of an agent', () => {
  const two = `registries:
  b.example.com: { username: ci, password: { env: PW } }
  index.docker.io: { username: ci, password: { env: PW }, proof: once }
`;
  test('are all of them, in the order of the inventory', () => {
    expect(good(two + AGENTS).targets[0]?.registries).toEqual(['b.example.com', 'docker.io']);
  });

  test('are those that it names, by any name, still in that order', () => {
    const agents =
      'agents: [{ host: a1, registries: [docker.io, b.example.com] }, { host: a2, registries: [docker.io] }]';
    expect(good(two + agents).targets.map(({ registries }) => registries)).toEqual([
      ['b.example.com', 'docker.io'],
      ['docker.io'],
    ]);
  });
});

describe('paths of this machine', () => {
  test.each([
    ['~/.ssh/key', '/home/op/.ssh/key'],
    ['"~"', '/home/op'],
    ['keys/../key', '/fleet/key'],
    ['./key', '/fleet/key'],
    ['/etc//key', '/etc/key'],
  ])('%s is %s', (written, path) => {
    const { ssh } = target(
      `ssh: { identityFiles: [${written}], knownHosts: [${written}], password: { file: ${written} } }`,
    );
    expect(ssh).toMatchObject({
      identityFiles: [path],
      identityFilesExplicit: true,
      knownHosts: [path],
      password: { kind: 'file', path },
    });
  });

  test.each([
    ['[./get, -x]', ['/fleet/get', '-x']],
    ['[~/bin/get]', ['/home/op/bin/get']],
    ['[pass, show, a/b]', ['pass', 'show', 'a/b']],
  ])('a program %s is %j', (written, argv) => {
    expect(target(`ssh: { password: { exec: ${written} } }`).ssh.password).toEqual({ kind: 'exec', argv });
  });
});

describe('what YAML brings along', () => {
  test('lines may end in CRLF, and a byte order mark is nothing', () => {
    expect(good(`\ufeff${SMALLEST_INVENTORY.replaceAll('\n', '\r\n')}`).targets).toHaveLength(40);
  });

  test('anchors and aliases repeat settings', () => {
    const text = 'ssh: &s { port: 2222 }\nagents: [{ host: a1, ssh: *s }]\n';
    expect(target(text).port).toBe(2222);
  });

  test('JSON is YAML', () => {
    const json = {
      registries: { 'r.example.com': { username: 'ci', password: { prompt: 'Password' } } },
      agents: ['a1'],
    };
    expect(good(JSON.stringify(json, null, 2)).registries[0]?.password).toEqual({
      kind: 'prompt',
      text: 'Password',
    });
  });
});

test('what the inventory says of SSH is kept apart from the defaults, for ssh_config to fill the rest', () => {
  const { ssh } = target(
    'ssh: { user: core, port: 2222, identityFiles: [k], proxyJump: "a,b:2", configFile: c, connectTimeout: 3s }',
  );
  expect(ssh.written).toEqual({
    user: 'core',
    port: 2222,
    identityFiles: ['/fleet/k'],
    proxyJump: 'a,b:2',
    configFile: '/fleet/c',
    connectTimeoutMs: 3_000,
  });
  expect(target('').ssh.written).toEqual({});
  expect(target('ssh: { configFile: none }').ssh.written).toEqual({ configFile: 'none' });
});

test('on this machine the work is done by whoever runs node-prep', () => {
  expect(target('ssh: { transport: local, user: core }').ssh).toMatchObject({
    transport: 'local',
    user: 'op',
  });
});

test('a password of doas that a group or an agent inherits is warned about', () => {
  const text = `become: { password: { prompt: sudo } }\nagents: [ { host: a, become: { method: doas } }, b ]\n`;
  const { targets, warnings } = good(`${REGISTRIES}${text}`);
  expect(warnings.map(({ code }) => code)).toEqual(['BECOME_PASSWORD_UNUSED']);
  expect(targets[1]?.become).toEqual({ method: 'auto', password: { kind: 'prompt', text: 'sudo' } });
});

test('ten thousand agents, in a line each or in one range, are all there', { timeout: 60_000 }, () => {
  const lines = Array.from({ length: 10_000 }, (_, n) => `  - n${n}.example.com\n`);
  expect(good(`${REGISTRIES}agents:\n${lines.join('')}`).targets.at(-1)?.name).toBe('n9999.example.com');
  expect(good(`${REGISTRIES}agents: ["n[1-10000]"]`).targets).toHaveLength(10_000);
});

describe('how Marathon is asked', () => {
  test('with nothing, where nothing is said', () => {
    expect(good(REGISTRIES + AGENTS).marathon).toEqual({ token: null, caFile: null });
  });

  test('with a token from a secret source and a CA, whose paths are relative to the inventory', () => {
    const lines = 'marathon: { token: { file: secrets/token }, caFile: ~/dcos-ca.crt }\n';
    expect(good(REGISTRIES + AGENTS + lines).marathon).toEqual({
      token: { kind: 'file', path: '/fleet/secrets/token' },
      caFile: '/home/op/dcos-ca.crt',
    });
  });

  test.each([
    ['a token in clear, which is never shown', 'marathon: { token: eyJhbGciOi.J9.x }', 'SECRET_IN_CLEAR'],
    ['a token under a mistyped key', 'marathon: { tokn: eyJhbGciOi.J9.x }', 'UNKNOWN_KEY'],
    ['a token under a key of another tool', 'marathon: { bearer: eyJhbGciOi.J9.x }', 'UNKNOWN_KEY'],
    ['a token without a key', 'marathon: eyJhbGciOi.J9.x', 'WRONG_VALUE'],
    ['a token in a list', 'marathon: [ eyJhbGciOi.J9.x ]', 'WRONG_VALUE'],
    ['a token as the name of its variable', 'marathon: { token: { env: eyJhbGciOi.J9.x } }', 'WRONG_VALUE'],
    ['two sources', 'marathon: { token: { env: A, file: b } }', 'WRONG_VALUE'],
    ['an unknown key', 'marathon: { ca: x }', 'UNKNOWN_KEY'],
    ['no mapping', 'marathon: https://m', 'WRONG_VALUE'],
    ['nothing', 'marathon:', 'WRONG_VALUE'],
    ['a file of no name', 'marathon: { caFile: 7 }', 'WRONG_VALUE'],
  ])('%s is refused', (_, line, code) => {
    const problems = bad(`${REGISTRIES}${AGENTS}${line}\n`);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(JSON.stringify(problems)).not.toContain('eyJhbGciOi');
  });

  test('only at the top level', () => {
    const problems = bad(`${REGISTRIES}groups: { a: { agents: [x], marathon: {} } }\n`);
    expect(problems.map((problem) => problem.code)).toEqual(['UNKNOWN_KEY']);
  });
});
