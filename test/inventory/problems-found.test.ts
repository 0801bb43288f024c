import { describe, expect, test } from 'vitest';
import { AGENTS, bad, good, places, REGISTRIES } from './reading.ts';

/** A minimal inventory with one more line, or another list of agents. */
const withLine = (line: string) =>
  line.startsWith('agents:') || line.startsWith('groups:')
    ? `${REGISTRIES}${line}\n`
    : `${REGISTRIES}${AGENTS}${line}\n`;
/** A minimal inventory with another line of registries. */
const withRegistry = (line: string) => `registries:\n  ${line}\n${AGENTS}`;

describe('a wrong value is named, with its place and what to write', () => {
  test.each([
    [
      'ssh: { port: 99999 }',
      '4:14 WRONG_VALUE',
      'ssh.port must be a whole number from 1 to 65535, without quotes, not the number 99999.',
    ],
    ['ssh: { port: 0 }', '4:14 WRONG_VALUE', 'not the number 0.'],
    ['ssh: { port: -1 }', '4:14 WRONG_VALUE', 'not the number -1.'],
    ['ssh: { port: 22.5 }', '4:14 WRONG_VALUE', 'not the number 22.5.'],
    ['ssh: { port: "22" }', '4:14 WRONG_VALUE', 'not the text "22".'],
    ['ssh: { port: 1e999 }', '4:14 WRONG_VALUE', 'not the number 1e999.'],
    ['ssh: { port: }', '4:14 WRONG_VALUE', 'not empty.'],
    ['ssh: [22]', '4:6 WRONG_VALUE', 'ssh must be a mapping of SSH settings, not a list.'],
    ['ssh: { user: -oX }', '4:14 WRONG_VALUE', 'ssh.user is not a user name.'],
    ['ssh: { user: "a b" }', '4:14 WRONG_VALUE', 'ssh.user is not a user name.'],
    ['ssh: { user: "" }', '4:14 WRONG_VALUE', 'ssh.user must not be empty.'],
    [
      'ssh: { identityFiles: ~/.ssh/id }',
      '4:23 WRONG_VALUE',
      'must be a list of file names, not the text "~/.ssh/id".',
    ],
    ['ssh: { identityFiles: ["~bob/id"] }', '4:24 WRONG_VALUE', 'names the home folder of another user.'],
    [
      'ssh: { knownHosts: [1] }',
      '4:21 WRONG_VALUE',
      'ssh.knownHosts[0] must be a file name, as text, not the number 1.',
    ],
    [
      'ssh: { hostKeys: ask }',
      '4:18 WRONG_VALUE',
      'ssh.hostKeys must be strict or accept-new, not the text "ask".',
    ],
    [
      'ssh: { connectTimeout: 10 }',
      '4:24 WRONG_VALUE',
      'must be a duration of at most 596h, as text, not the number 10.',
    ],
    ['ssh: { connectTimeout: 10 s }', '4:24 WRONG_VALUE', 'must be a duration of at most 596h.'],
    [
      'become: { method: su }',
      '4:19 WRONG_VALUE',
      'become.method must be auto, none, sudo or doas, not the text "su".',
    ],
    [
      'archive: { mode: 0600 }',
      '4:18 WRONG_VALUE',
      'archive.mode must be an octal number in quotes, not the number 0600.',
    ],
    ['archive: { mode: "0755" }', '4:18 WRONG_VALUE', 'must not make the archive executable.'],
    ['archive: { mode: "4600" }', '4:18 WRONG_VALUE', 'must be three octal digits'],
    ['archive: { mode: "0698" }', '4:18 WRONG_VALUE', 'must be three octal digits'],
    ['archive: { path: etc/x.tgz }', '4:18 WRONG_VALUE', 'must be an absolute path.'],
    ['archive: { path: /etc/ }', '4:18 WRONG_VALUE', 'must name a file, not a folder.'],
    ['archive: { path: /etc/../x.tgz }', '4:18 WRONG_VALUE', 'must not hold //, /./ or /../.'],
    ['archive: { path: /etc/.. }', '4:18 WRONG_VALUE', 'must not hold //, /./ or /../.'],
    ['archive: { path: //x.tgz }', '4:18 WRONG_VALUE', 'must not hold //, /./ or /../.'],
    ['archive: { path: "/etc/x\\n.tgz" }', '4:18 WRONG_VALUE', 'control character or a line break.'],
    ['archive: { owner: -R }', '4:19 WRONG_VALUE', 'must be the name of a user or group, or its number.'],
    ['archive: { owner: 0 }', '4:19 WRONG_VALUE', 'or its number in quotes, not the number 0.'],
    ['archive: { group: "a:b" }', '4:19 WRONG_VALUE', 'must be the name of a user or group, or its number.'],
    ['checks: { id: x }', '4:9 WRONG_VALUE', 'checks must be a list of checks, not a mapping.'],
    [
      'checks: [ "docker ps" ]',
      '4:11 WRONG_VALUE',
      'checks[0] must be a mapping with id and command, not the text "docker ps".',
    ],
    ['checks: [ { id: x, command: " " } ]', '4:29 WRONG_VALUE', 'checks[0].command must not be empty.'],
    [
      'checks: [ { id: x, command: "a\\0" } ]',
      '4:29 WRONG_VALUE',
      'holds a character that no shell command can have.',
    ],
    [`checks: [ { id: x, command: "${'é'.repeat(4_097)}" } ]`, '4:29 WRONG_VALUE', 'is longer than 8 KiB.'],
    ['checks: [ { id: X, command: y } ]', '4:17 WRONG_VALUE', 'must be a name of lower-case letters'],
    [
      'checks: [ { id: x, command: y, timeout: 0s } ]',
      '4:41 WRONG_VALUE',
      'must be a duration of at most 596h.',
    ],
    [
      'checks: [ { id: x, command: y, timeout: 800h } ]',
      '4:41 WRONG_VALUE',
      'must be a duration of at most 596h.',
    ],
    [
      'checks: [ { id: x, command: y, expect: no } ]',
      '4:40 WRONG_VALUE',
      'must be pass or runnable, not the text "no".',
    ],
    [
      'checks: [ { id: x, command: y }, { id: x, command: z } ]',
      '4:40 DUPLICATE_CHECK',
      'The check "x" is there twice.',
    ],
    ['checks: [ { id: x } ]', '4:11 MISSING_KEY', 'checks[0].command is missing.'],
    ['agents: web1', '3:9 WRONG_VALUE', 'agents must be a list of agents, not the text "web1".'],
    ['agents:', '3:8 WRONG_VALUE', 'agents must be a list of agents, not empty.'],
    ['agents: []', '3:1 NO_AGENTS', 'The inventory has no agents.'],
    ['groups: {}', '1:1 NO_AGENTS', 'The inventory has no agents.'],
    [
      'agents: [10]',
      '3:10 WRONG_VALUE',
      'An agent must be a host, a range, or a mapping with a host, not the number 10.',
    ],
    ['agents: [[a1]]', '3:10 WRONG_VALUE', 'not a list.'],
    ['agents: [ { name: x } ]', '3:11 MISSING_KEY', 'host is missing.'],
    [
      'agents: [ { host: 10 } ]',
      '3:19 WRONG_VALUE',
      'host must be a host name, an address or a range, as text, not the number 10.',
    ],
    [
      'agents: [ { host: "n[1-2]", name: x } ]',
      '3:35 WRONG_VALUE',
      'The name "x" is for one agent, but the host stands for 2.',
    ],
    ['agents: [ { host: a, name: "gpu*" } ]', '3:28 WRONG_VALUE', 'name must not be "gpu*".'],
    ['agents: [ { host: a, name: -x } ]', '3:28 WRONG_VALUE', 'name must not be "-x".'],
    ['agents: [ a@b ]', '3:11 HOST_INVALID', 'The host names a user.'],
    ['agents: [ { host: "a b" } ]', '3:19 HOST_INVALID', 'The host "a b" holds a blank.'],
    ['agents: [ "n[3-1]" ]', '3:11 RANGE_INVALID', 'runs backwards'],
    ['agents: [ "n[1-1000000000]" ]', '3:11 TOO_MANY_AGENTS', 'more than 100,000 agents.'],
    ['agents: [ a, A ]', '3:14 DUPLICATE_AGENT', 'The agent "A" is in line 3 already'],
    ['agents: [ { host: a, name: x }, { host: b, name: x } ]', '3:33 DUPLICATE_NAME', 'The name "x" is in'],
    ['agents: [ "n[1-2]", { host: n2 } ]', '3:21 DUPLICATE_AGENT', 'The agent "n2" is in'],
    ['agents: [ "n[1,1]" ]', '3:11 DUPLICATE_AGENT', 'The agent "n1" is in this line already'],
    [
      'agents: [ { host: "::1", name: a }, { host: "0::1", name: b } ]',
      '3:37 DUPLICATE_AGENT',
      'The agent "0::1"',
    ],
    ['groups: { g: { agents: [a] }, h: { agents: [a] } }', '3:45 DUPLICATE_AGENT', 'The agent "a" is in'],
    ['groups: [ a ]', '3:9 WRONG_VALUE', 'groups must be a mapping of groups, not a list.'],
    [
      'groups: { g: [a] }',
      '3:14 WRONG_VALUE',
      'A group must be a mapping with a list of agents, not a list.',
    ],
    ['groups: { g: { ssh: { port: 1 } } }', '3:11 MISSING_KEY', 'agents is missing.'],
    ['groups: { "a b": { agents: [a] } }', '3:11 WRONG_VALUE', 'The name of a group must not be "a b".'],
    [
      'agents: [ { host: a, registries: [r.exampel.com] } ]',
      '3:35 REGISTRY_UNKNOWN',
      'no registry "r.exampel.com"',
    ],
    [
      'agents: [ { host: a, registries: [] } ]',
      '3:34 WRONG_VALUE',
      'must be a list of at least one registry of the inventory',
    ],
    [
      'groups: { g: { registries: r.example.com, agents: [a] } }',
      '3:28 WRONG_VALUE',
      'not the text "r.example.com".',
    ],
  ])('%s', (line, place, words) => {
    const problems = bad(withLine(line));
    expect(places(problems)).toEqual([place]);
    expect(problems[0]?.message).toContain(words);
    expect(problems[0]?.hint).not.toBe('');
    expect(problems[0]).toMatchObject({
      file: 'inv.yaml',
      source: withLine(line).split('\n')[(problems[0]?.line ?? 0) - 1],
    });
  });
});

describe('a registry that cannot be is refused', () => {
  test.each([
    ['r.example.com: { password: { env: PW } }', '2:18 MISSING_KEY', 'username is missing.'],
    ['r.example.com: { username: ci }', '2:18 MISSING_KEY', 'password is missing.'],
    [
      'r.example.com: { username: 12, password: { env: PW } }',
      '2:30 WRONG_VALUE',
      'as text, not the number 12.',
    ],
    [
      'r.example.com: { username: "", password: { env: PW } }',
      '2:30 WRONG_VALUE',
      'username must not be empty.',
    ],
    ['r.example.com: { username: "a\\tb", password: { env: PW } }', '2:30 WRONG_VALUE', 'control character'],
    [
      'r.example.com: { username: "a:b", password: { env: PW } }',
      '2:30 WRONG_VALUE',
      'username must not hold a colon.',
    ],
    [
      'r.example.com: { username: ci, password: { env: PW }, proof: never }',
      '2:64 WRONG_VALUE',
      'proof must be agent or once',
    ],
    [
      'r.example.com: ci',
      '2:18 WRONG_VALUE',
      'A registry must be a mapping with username and password, not the text "ci".',
    ],
    [
      'https://r.example.com: { username: ci, password: { env: PW } }',
      '2:3 REGISTRY_NAME',
      'has a scheme or a path.',
    ],
    ['r: { username: ci, password: { env: PW } }', '2:3 REGISTRY_NAME', 'neither a dot nor a port'],
    ['[]', '2:3 WRONG_VALUE', 'registries must be a mapping with at least one registry, not a list.'],
    ['{}', '2:3 WRONG_VALUE', 'registries must be a mapping with at least one registry, not a mapping.'],
  ])('%s', (line, place, words) => {
    const problems = bad(withRegistry(line));
    expect(places(problems)).toEqual([place]);
    expect(problems[0]?.message).toContain(words);
  });

  test('and so is one without any', () => {
    expect(places(bad(AGENTS))).toEqual(['1:1 MISSING_KEY']);
  });

  test('Docker Hub under two of its names is one registry twice', () => {
    const entry = '{ username: ci, password: { env: PW } }';
    const problems = bad(`registries:\n  docker.io: ${entry}\n  index.docker.io: ${entry}\n${AGENTS}`);
    expect(places(problems)).toEqual(['3:3 DUPLICATE_REGISTRY']);
    expect(problems[0]?.message).toBe('This registry is docker.io, which is in line 2 already.');
  });
});

describe('an unknown key is refused, with the one that was meant', () => {
  test.each([
    ['agnets: [x]', '4:1', '"agnets" is not a key of the inventory.', 'Did you mean agents?'],
    [
      'ssh: { identity_files: [x] }',
      '4:8',
      '"identity_files" is not a key of ssh.',
      'Did you mean identityFiles?',
    ],
    ['archive: { ownr: root }', '4:12', '"ownr" is not a key of archive.', 'Did you mean owner?'],
    [
      'checks: [ { id: x, command: y, tiemout: 1s } ]',
      '4:32',
      '"tiemout" is not a key of checks[0].',
      'Did you mean timeout?',
    ],
    [
      'port: 22',
      '4:1',
      '"port" is not a key of the inventory.',
      'It belongs one level deeper: ssh: { port: … }',
    ],
    [
      'agents: [ { host: a, user: core } ]',
      '3:22',
      '"user" is not a key of an agent.',
      'It belongs one level deeper: ssh: { user: … }',
    ],
    [
      'banana: 1',
      '4:1',
      '"banana" is not a key of the inventory.',
      'The keys that are known here: registries, archive, checks, ssh, become, marathon, agents, groups.',
    ],
    [
      '__proto__: { ssh: { port: 1 } }',
      '4:1',
      '"__proto__" is not a key of the inventory.',
      'The keys that are known here',
    ],
    ['constructor: 1', '4:1', '"constructor" is not a key of the inventory.', 'The keys that are known here'],
    [
      'ssh: { __proto__: { port: 1 } }',
      '4:8',
      '"__proto__" is not a key of ssh.',
      'The keys that are known here',
    ],
    [
      'groups: { g: { toString: 1, agents: [a] } }',
      '3:16',
      '"toString" is not a key of a group.',
      'The keys that are known here',
    ],
  ])('%s', (line, place, message, hint) => {
    const problems = bad(withLine(line));
    expect(places(problems)).toEqual([`${place} UNKNOWN_KEY`]);
    expect(problems[0]).toMatchObject({ message, hint: expect.stringContaining(hint) });
  });

  test('and a mistyped key is not missing as well', () => {
    expect(places(bad(withRegistry('r.example.com: { usrname: ci, password: { env: PW } }')))).toEqual([
      '2:20 UNKNOWN_KEY',
    ]);
  });

  test('a group or a registry called __proto__ pollutes nothing', () => {
    expect(
      good(`${REGISTRIES}groups: { constructor: { agents: [a] }, x__proto__: { agents: [b] } }`).targets,
    ).toHaveLength(2);
    expect(places(bad(withRegistry('__proto__: { username: ci, password: { env: PW } }')))).toEqual([
      '2:3 REGISTRY_NAME',
    ]);
    expect(Object.prototype).not.toHaveProperty('username');
  });
});

describe('settings of SSH and become that cannot be', () => {
  test.each([
    ['ssh: { proxyJump: -oProxyCommand=x }', '4:19 WRONG_VALUE'],
    ['ssh: { proxyJump: "a, b" }', '4:19 WRONG_VALUE'],
    ['ssh: { proxyJump: "u;x@b" }', '4:19 WRONG_VALUE'],
    ['ssh: { proxyJump: "b:x" }', '4:19 WRONG_VALUE'],
    ['ssh: { transport: rsh }', '4:19 WRONG_VALUE'],
    ['ssh: { configFile: "" }', '4:20 WRONG_VALUE'],
    ['become: { method: doas, password: { prompt: doas } }', '4:19 WRONG_VALUE'],
    ['become: { password: { prompt: 1 } }', '4:31 WRONG_VALUE'],
  ])('%s', (line, place) => {
    expect(places(bad(withLine(line)))).toEqual([place]);
  });
});

describe('a key that comes later is refused by its name', () => {
  test.each([
    ['credential, alone', 'r.example.com: { credential: { helper: ecr-login } }', ['2:20 NOT_YET']],
    [
      'credential and expires',
      'r.example.com: { credential: { helper: x }, expires: 12h }',
      ['2:20 NOT_YET', '2:47 NOT_YET'],
    ],
    ['expires', 'r.example.com: { username: ci, password: { env: PW }, expires: 12h }', ['2:57 NOT_YET']],
  ])('%s, of a registry', (_, line, expected) => {
    expect(places(bad(withRegistry(line)))).toEqual(expected);
  });
});

test('all problems are told at once, in the order of the text', () => {
  const text = `agents:
  - -x
  - { host: a, port: 1 }
  - n[2-1]
  - { host: b, registries: [nope.example.com] }
  - c
  - c
checks: [ { id: x, command: y }, { id: x, command: y } ]
sssh: {}
registries:
  r.example.com: { username: ci, pasword: { env: PW } }
  docker.io: { username: ci, password: { env: PW } }
  index.docker.io: { username: ci, password: hunter2 }
archive: { mode: "0777", owner: "-" }
groups:
  g: { ssh: { port: 0, proxyJump: x y }, agents: [d, "e f"] }
`;
  expect(places(bad(text))).toEqual([
    '2:5 HOST_INVALID',
    '3:16 UNKNOWN_KEY',
    '4:5 RANGE_INVALID',
    '5:29 REGISTRY_UNKNOWN',
    '7:5 DUPLICATE_AGENT',
    '8:40 DUPLICATE_CHECK',
    '9:1 UNKNOWN_KEY',
    '11:34 UNKNOWN_KEY',
    '13:3 DUPLICATE_REGISTRY',
    '13:46 SECRET_IN_CLEAR',
    '14:18 WRONG_VALUE',
    '14:33 WRONG_VALUE',
    '16:21 WRONG_VALUE',
    '16:35 WRONG_VALUE',
    '16:54 HOST_INVALID',
  ]);
});

test('agents beyond a hundred thousand are one problem', { timeout: 60_000 }, () => {
  expect(places(bad(`${REGISTRIES}agents: [ "n[1-99999]", a, b, c, -x ]`))).toEqual([
    '3:28 TOO_MANY_AGENTS',
    '3:34 HOST_INVALID',
  ]);
});

test('a range that repeats thousands of agents is one problem', () => {
  const problems = bad(`${REGISTRIES}agents:\n  - n[1-5000]\n  - n[4000-9000]\n`);
  expect(places(problems)).toEqual(['5:5 DUPLICATE_AGENT']);
  expect(problems[0]?.message).toBe('The agent "n[4000-5000]" is in line 4 already, with the same port.');
});

test('broken SSH settings do not make two agents one', () => {
  const text = `${REGISTRIES}agents: [a]\ngroups: { g: { ssh: { port: x }, agents: [{ host: a, name: b }] } }\n`;
  expect(places(bad(text))).toEqual(['4:29 WRONG_VALUE']);
});

describe('what is allowed but doubtful is a warning', () => {
  test.each([
    [
      'archive: { mode: "0644" }',
      'ARCHIVE_WORLD_READABLE',
      'With the mode 0644 every user of the agent can read',
    ],
    [
      'archive: { mode: "0602" }',
      'ARCHIVE_WORLD_WRITABLE',
      'With the mode 0602 every user of the agent can replace',
    ],
    ['archive: { path: /etc/docker.zip }', 'ARCHIVE_SUFFIX', 'Mesos does not unpack /etc/docker.zip'],
    ['checks: []', 'NO_CHECKS', 'The list of checks is empty'],
  ])('%s', (line, code, words) => {
    expect(good(withLine(line)).warnings).toEqual([
      { code, message: expect.stringContaining(words), hint: expect.stringMatching(/./) },
    ]);
  });

  test('once, with the agents, where not all are concerned', () => {
    const text = `${REGISTRIES}${AGENTS}groups: { g: { archive: { mode: "0644" }, agents: ["n[1-3]", "m"] } }`;
    expect(good(text).warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('("n[1-3],m").'),
    ]);
  });

  test('a name of Docker Hub that docker does not know', () => {
    const { registries, warnings } = good(
      withRegistry('registry-1.docker.io: { username: ci, password: { env: PW } }'),
    );
    expect(registries[0]?.name).toBe('docker.io');
    expect(warnings).toMatchObject([{ code: 'REGISTRY_ALIAS' }]);
  });

  test('a mode for a group, and a path that ends in .tgz, are not', () => {
    expect(good(withLine('archive: { mode: "640", path: /opt/x.tgz }')).warnings).toEqual([]);
  });
});
