import { describe, expect, test } from 'vitest';
import type { SshSettings, SshSpec, Target } from '../../../src/domain/target.ts';
import {
  sshArguments,
  sshConfig,
  unusableValue,
  wholeLimitMs,
} from '../../../src/transports/openssh/settings.ts';
import { makeTarget, sshSpec } from '../../support/ssh-target.ts';

/** ssh(1) would put the variable's value in its place. */
const VARIABLE = `/$${'{HOME}'}`;
const PATHS = { config: '/run/x/config', log: '/run/x/log' };
const target = (written: SshSettings = {}, spec: Partial<SshSpec> = {}, host = 'web-1'): Target =>
  makeTarget(host, 22, { written, ...spec });
const lines = (written: SshSettings = {}, spec: Partial<SshSpec> = {}) =>
  sshConfig(sshSpec('web-1', { written, ...spec })).split('\n');

describe('the configuration', () => {
  test.each<[string, SshSettings, Partial<SshSpec>, readonly string[]]>([
    [
      'asks nobody and trusts known_hosts alone',
      {},
      {},
      ['BatchMode yes', 'StrictHostKeyChecking yes', 'VerifyHostKeyDNS no'],
    ],
    ['accepts new keys where it is to', {}, { hostKeys: 'accept-new' }, ['StrictHostKeyChecking accept-new']],
    [
      "reads the operator's files after its own",
      {},
      {},
      ['Include "~/.ssh/config"', 'Include "/etc/ssh/ssh_config"'],
    ],
    ['reads the one that is named instead', { configFile: '/a b' }, {}, ['Include "/a b"']],
    [
      'names the files of the inventory, in which % is no token',
      { knownHosts: ['/a b', '/100%'], identityFiles: ['/k 1', '/k2'] },
      {},
      ['UserKnownHostsFile "/a b" "/100%%"', 'IdentityFile "/k 1"', 'IdentityFile "/k2"'],
    ],
    [
      'rounds times up to seconds',
      {},
      { connectTimeoutMs: 1_500, keepAliveMs: 100 },
      ['ConnectTimeout 2', 'ServerAliveInterval 1'],
    ],
    ['asks for no life sign where none is wanted', {}, { keepAliveMs: 0 }, ['ServerAliveInterval 0']],
  ])('%s', (_, written, spec, expected) => {
    expect(lines(written, spec)).toEqual(expect.arrayContaining([...expected]));
  });

  test('leaves to ssh(1) what the inventory does not say', () => {
    const text = sshConfig(
      sshSpec('web-1', { identityFiles: ['/usual'], knownHosts: ['/usual'], user: 'core' }),
    );
    expect(text).not.toMatch(/usual|core|IdentityFile|KnownHostsFile|^User|^Port|HostName|ProxyJump/m);
  });

  test('includes nothing where nothing is to be read', () => {
    expect(lines({ configFile: 'none' }).filter((line) => line.startsWith('Include'))).toEqual([]);
  });
});

describe('the arguments', () => {
  const end = (it: Target, command: string | null = 'cat; true') =>
    sshArguments(it, PATHS, command).slice(14);

  test('end options before the host, whatever it is called', () => {
    expect(end(target({}, {}, '-oProxyCommand=x'))).toEqual(['--', '-oProxyCommand=x', 'cat; true']);
  });

  test('hold what the inventory says, and not what ssh_config may say', () => {
    const written = { user: 'core', port: 2222, proxyJump: 'a@b:3' };
    expect(end(target(written))).toEqual([
      '-l',
      'core',
      '-p',
      '2222',
      '-J',
      'a@b:3',
      '--',
      'web-1',
      'cat; true',
    ]);
    expect(end(target({}, { user: 'core', jumps: [target()] }))).toEqual(['--', 'web-1', 'cat; true']);
  });

  test('ask for a login and nothing else where there is no command', () => {
    expect(end(target(), null)).toEqual(['-N', '--', 'web-1']);
  });

  test('allow a connection through jump hosts as much time as all of them have', () => {
    const it = target({}, { connectTimeoutMs: 10_000, jumps: [target(), target()] });
    expect(wholeLimitMs(it)).toBe(30_000);
    expect(sshArguments(it, PATHS, null)).toContain('ConnectTimeout=30');
  });
});

describe('a value that ssh(1) would read as something else is not handed to it', () => {
  test.each<[string, Target]>([
    ['the host -oProxyCommand=x', target({}, {}, '-oProxyCommand=x')],
    ['the host root@web', target({}, {}, 'root@web')],
    ['the host ssh://web', target({}, {}, 'ssh://web')],
    ['the path /a"b', target({ knownHosts: ['/fine', '/a"b'] })],
    ['the path /a\nProxyCommand x', target({ identityFiles: ['/a\nProxyCommand x'] })],
    [`the path ${VARIABLE}`, target({ identityFiles: [VARIABLE] })],
    ['the path /etc/*', target({ configFile: '/etc/*' })],
    ['the user -v', target({ user: '-v' })],
    ['the jump host $(x)', target({ proxyJump: '$(x)' })],
    ['the jump host a,-oProxyCommand=x', target({ proxyJump: 'a,-oProxyCommand=x' })],
  ])('%s', (expected, it) => {
    expect(unusableValue(it)).toBe(expected);
  });

  test.each<[string, Target]>([
    ['an IPv6 address with a zone', target({}, {}, 'fe80::1%eth0')],
    ['blanks and glob characters in paths that are no patterns', target({ knownHosts: ['/a b/[c]*'] })],
    ['a chain of jump hosts', target({ proxyJump: 'core@a.example.com:22,[2001:db8::1]:2222' })],
    ['none for both', target({ proxyJump: 'none', configFile: 'none' })],
    ['a user with a backslash', target({ user: 'DOMAIN\\ops' })],
  ])('but %s is', (_, it) => {
    expect(unusableValue(it)).toBeNull();
  });
});
