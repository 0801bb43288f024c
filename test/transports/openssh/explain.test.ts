import { describe, expect, test } from 'vitest';
import type { SshSpec } from '../../../src/domain/target.ts';
import { explainSsh } from '../../../src/transports/openssh/explain.ts';
import { createSshLog } from '../../../src/transports/openssh/ssh-log.ts';
import { makeTarget, sshSpec } from '../../support/ssh-target.ts';

interface Told {
  readonly stderr?: string;
  readonly late?: boolean;
  readonly spec?: Partial<SshSpec>;
}

/** The code and detail of what ssh(1) has said. */
function explained(log: readonly string[], { stderr = '', late = false, spec = {} }: Told = {}) {
  const reader = createSshLog();
  reader.push(Buffer.from(log.map((line) => `${line}\n`).join('')));
  return explainSsh({ target: makeTarget('web-1', 22, spec), facts: reader.facts(), stderr, late });
}

const DIALLED = 'debug1: Connecting to web-1 [10.0.0.1] port 22.';
const CONNECTED = [DIALLED, 'debug1: Connection established.'];
const SSH = [...CONNECTED, 'debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1'];
const AGREED = [
  ...SSH,
  'debug1: Server host key: ssh-ed25519 SHA256:abc',
  'debug1: SSH2_MSG_NEWKEYS received',
];
const CLOSED = [
  'kex_exchange_identification: Connection closed by remote host',
  'Connection closed by UNKNOWN port 65535',
];
const PROXIED = ['debug1: Executing proxy command: exec something'];
const DENIED = 'root@web-1: Permission denied (publickey,password).';
const METHODS = 'debug1: Authentications that can continue: publickey,password';

describe('what ssh(1) says means', () => {
  test.each<[string, string, readonly string[], Told?]>([
    ['HOST_UNRESOLVED', 'no address', ['ssh: Could not resolve hostname web-1: Name or service not known']],
    ['HOST_UNRESOLVED', 'no answer from DNS', [], { late: true }],
    [
      'CONNECTION_REFUSED',
      'nobody listens',
      [DIALLED, 'ssh: connect to host web-1 port 22: Connection refused'],
    ],
    ['CONNECTION_TIMED_OUT', 'no route', [DIALLED, 'ssh: connect to host web-1 port 22: No route to host']],
    [
      'CONNECTION_TIMED_OUT',
      'ssh gave up',
      [DIALLED, 'ssh: connect to host web-1 port 22: Operation timed out'],
    ],
    ['CONNECTION_TIMED_OUT', 'not accepted', [DIALLED], { late: true }],
    ['CONNECTION_TIMED_OUT', 'no version', CONNECTED, { late: true }],
    [
      'CONNECTION_TIMED_OUT',
      'no version, by ssh',
      [...CONNECTED, 'Connection timed out during banner exchange'],
    ],
    ['CONNECTION_TIMED_OUT', 'no end of the key exchange', SSH, { late: true }],
    ['CONNECTION_TIMED_OUT', 'no end of the login', AGREED, { late: true }],
    ['CONNECTION_TIMED_OUT', 'nothing through a proxy', PROXIED, { late: true }],
    ['CONNECTION_LOST', 'a silent end', [...CONNECTED, ...CLOSED]],
    ['CONNECTION_LOST', 'an end in the key exchange', [...SSH, 'Connection reset by 10.0.0.1 port 22']],
    ['CONNECTION_LOST', 'an end in the login', [...AGREED, 'Connection closed by 10.0.0.1 port 22']],
    ['CONNECTION_LOST', 'nothing at all', []],
    [
      'NOT_SSH',
      'rubbish',
      [...CONNECTED, 'kex_exchange_identification: banner line contains invalid characters'],
    ],
    [
      'NOT_SSH',
      'a web server that waits',
      [...CONNECTED, 'debug1: kex_exchange_identification: banner line 0: HTTP/1.1 400 Bad'],
      { late: true },
    ],
    [
      'SERVER_BUSY',
      'MaxStartups',
      [...CONNECTED, 'debug1: kex_exchange_identification: banner line 0: Exceeded MaxStartups', ...CLOSED],
    ],
    [
      'HOST_KEY_UNKNOWN',
      'no key',
      [
        ...SSH,
        'No ED25519 host key is known for web-1 and you have requested strict checking.',
        'Host key verification failed.',
      ],
    ],
    [
      'HOST_KEY_CHANGED',
      'another key',
      [...SSH, 'Offending ED25519 key in /k:1', 'Host key verification failed.'],
    ],
    [
      'HOST_KEY_REVOKED',
      'a revoked key',
      [...SSH, 'The ED25519 host key for web-1 is marked as revoked.', 'Host key verification failed.'],
    ],
    [
      'AUTH_REJECTED',
      'no key taken',
      [...AGREED, METHODS, 'debug1: Offering public key: /k ED25519 SHA256:x', DENIED],
    ],
    [
      'AUTH_REJECTED',
      'too many keys',
      [
        ...AGREED,
        METHODS,
        'debug1: Offering public key: /k ED25519 SHA256:x',
        'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures',
      ],
    ],
    [
      'AUTH_REJECTED',
      'a server that takes passwords only',
      [...AGREED, 'debug1: Authentications that can continue: password', DENIED],
    ],
    ['KEY_UNREADABLE', 'no key to offer', [...AGREED, METHODS, DENIED]],
    [
      'KEY_UNREADABLE',
      'a locked key',
      [
        ...AGREED,
        METHODS,
        'debug1: Offering public key: /k ED25519 SHA256:x',
        'debug1: Server accepts key: /k ED25519 SHA256:x',
        DENIED,
      ],
    ],
  ])('%s: %s', (code, _, log, told) => {
    expect(explained(log, told).code).toBe(code);
  });

  test('that no algorithm in common is nothing to try again for', () => {
    const words =
      'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-dss';
    expect(explained([...SSH, words])).toMatchObject({
      code: 'CONNECTION_LOST',
      retryable: false,
      detail: expect.stringContaining('ssh-dss'),
    });
  });
});

describe('what a jump host says means', () => {
  const jump = (host: string) => ({ host, port: 22, ssh: sshSpec(host) });
  const one = { spec: { jumps: [jump('bastion')] } };
  const two = { spec: { jumps: [jump('outer'), jump('inner')] } };
  const failed = (reason: string) =>
    `channel 0: open failed: connect failed: ${reason}\r\nstdio forwarding failed\r\n`;

  test.each<[string, string, Told, string?]>([
    ['CONNECTION_REFUSED', 'the agent refuses it', { ...one, stderr: failed('Connection refused') }],
    [
      'CONNECTION_TIMED_OUT',
      'the agent does not answer it',
      { ...one, stderr: failed('Connection timed out') },
    ],
    [
      'HOST_UNRESOLVED',
      'it does not know the agent',
      { ...one, stderr: failed('Name or service not known') },
    ],
    [
      'JUMP_FAILED',
      'it may not forward',
      { ...one, stderr: 'channel 0: open failed: administratively prohibited: open failed' },
      'bastion',
    ],
    ['JUMP_FAILED', 'one of two was refused', { ...two, stderr: failed('Connection refused') }, 'inner'],
    [
      'JUMP_FAILED',
      'the first of two refused the login',
      { ...two, stderr: 'root@outer: Permission denied (publickey).' },
      'outer',
    ],
    ['JUMP_FAILED', 'it closed without a word', one, 'bastion'],
    ['CONNECTION_LOST', 'a ProxyCommand failed', { stderr: 'no way' }],
  ])('%s: %s', (code, _, told, named = '') => {
    const failure = explained([...PROXIED, ...CLOSED], told);
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(named)]);
    expect(failure.detail ?? '').not.toMatch(/[\r\n]/);
  });

  test('nothing about the agent, once that has answered', () => {
    const log = [...PROXIED, ...AGREED, METHODS, 'debug1: Offering public key: /k ED25519 SHA256:x', DENIED];
    expect(explained(log, { ...one, stderr: 'Warning: a banner of the bastion' }).code).toBe('AUTH_REJECTED');
  });
});

describe('words that a server has slipped into the log of ssh(1), by line breaks in its own', () => {
  // As `Received disconnect from …: 2: bye\nOffending …` is written there, before anybody has proven anything.
  test.each<[string, string, readonly string[]]>([
    [
      'the entry to remove',
      "ssh-keygen -R 'a;id' -f '/x'",
      ['Offending RSA key in /x:1', '  ssh-keygen -f "/x" -R "a;id"', 'Host key verification failed.'],
    ],
    [
      'the key to add',
      "ssh-add '$(id)'",
      [METHODS, 'debug1: Server accepts key: $(id) ED25519 SHA256:x', DENIED],
    ],
  ])('are no commands in what an operator may copy: %s', (_, safe, log) => {
    const { message, hint } = explained([...SSH, ...log]);
    expect(`${message} ${hint}`).toContain(safe);
  });
});
