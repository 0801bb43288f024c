import { describe, expect, test } from 'vitest';
import type { SshSpec } from '../../../../src/domain/target.ts';
import {
  createHostKeyJudge,
  fingerprint,
  knownHostsName,
} from '../../../../src/transports/ssh2/host-keys/host-key.ts';
import { indexKnownHosts } from '../../../../src/transports/ssh2/host-keys/known-hosts.ts';
import { wireString } from '../../../../src/transports/ssh2/packets/wire.ts';
import { makeTarget } from '../../../support/ssh-target.ts';

const blob = (type: string, letter: string) =>
  Buffer.concat([type, letter.repeat(32)].map((it) => wireString(Buffer.from(it))));
const A = blob('ssh-ed25519', 'a');
const B = blob('ssh-ed25519', 'b');
const R = blob('ssh-rsa', 'r');
const text = (key: Buffer) => key.toString('base64');

interface Case {
  readonly lines: readonly string[];
  readonly presented?: Buffer;
  readonly host?: string;
  readonly port?: number;
  readonly hostKeys?: SshSpec['hostKeys'];
  readonly ssh?: Partial<SshSpec>;
  readonly unreadable?: readonly string[];
}

function judgeOf({ lines, host = 'host', port = 22, hostKeys = 'strict', unreadable = [], ssh }: Case) {
  const files = ['/home/me/known hosts', '/etc/ssh/ssh_known_hosts'];
  const knownHosts = indexKnownHosts([{ file: files[0] ?? '', text: lines.join('\n') }]);
  return createHostKeyJudge(makeTarget(host, port, { hostKeys, knownHosts: files, ...ssh }), {
    knownHosts,
    unreadable,
  });
}

/** `known`, `add <name>`, or the code of the refusal. */
function verdict(it: Case): string {
  const judged = judgeOf(it).judge(it.presented ?? A);
  if (judged.kind === 'add') return `add ${judged.name}`;
  return judged.kind === 'refused' ? judged.failure.code : judged.kind;
}

const ED = `ssh-ed25519 ${text(A)}`;
const RSA = `ssh-rsa ${text(R)}`;

describe('a host key', () => {
  test.each<[string, Case, string]>([
    ['that is known is trusted', { lines: [`host ${ED}`] }, 'known'],
    ['that is one of several is trusted', { lines: [`host ${RSA}`, `host ${ED}`] }, 'known'],
    ['that is unknown is refused', { lines: [] }, 'HOST_KEY_UNKNOWN'],
    ['that is unknown may be added', { lines: [], hostKeys: 'accept-new' }, 'add host'],
    [
      'that is unknown is added with its port',
      { lines: [], port: 2222, hostKeys: 'accept-new' },
      'add [host]:2222',
    ],
    ['that has changed is refused', { lines: [`host ${ED}`], presented: B }, 'HOST_KEY_CHANGED'],
    [
      'that has changed is never added',
      { lines: [`host ${ED}`], presented: B, hostKeys: 'accept-new' },
      'HOST_KEY_CHANGED',
    ],
    [
      'of another type than the known one is never added',
      { lines: [`host ${RSA}`], hostKeys: 'accept-new' },
      'HOST_KEY_CHANGED',
    ],
    ['that is revoked is refused', { lines: [`@revoked * ${ED}`, `host ${ED}`] }, 'HOST_KEY_REVOKED'],
    [
      'that is revoked is never added',
      { lines: [`@revoked host ${ED}`], hostKeys: 'accept-new' },
      'HOST_KEY_REVOKED',
    ],
    ['beside a revoked one is trusted', { lines: [`@revoked host ${RSA}`, `host ${ED}`] }, 'known'],
    ['beside a revoked one alone is unknown', { lines: [`@revoked host ${RSA}`] }, 'HOST_KEY_UNKNOWN'],
    ['known for port 22 is trusted on another port', { lines: [`host ${ED}`], port: 2222 }, 'known'],
    [
      'unlike the one of port 22 is only unknown',
      { lines: [`host ${ED}`], presented: B, port: 2222 },
      'HOST_KEY_UNKNOWN',
    ],
    ['known for another port is unknown on port 22', { lines: [`[host]:2222 ${ED}`] }, 'HOST_KEY_UNKNOWN'],
    [
      'unlike the one of its port is changed',
      { lines: [`[host]:2222 ${ED}`], presented: B, port: 2222 },
      'HOST_KEY_CHANGED',
    ],
    [
      'revoked for port 22 is revoked on another',
      { lines: [`@revoked host ${ED}`, `[host]:2222 ${ED}`], port: 2222 },
      'HOST_KEY_REVOKED',
    ],
    [
      'of a host in another spelling of IPv6 is trusted',
      { lines: [`2001:db8::1 ${ED}`], host: '2001:0DB8::0001' },
      'known',
    ],
    [
      'behind an authority alone is unknown',
      { lines: [`@cert-authority * ${ED}`], hostKeys: 'accept-new' },
      'HOST_KEY_UNKNOWN',
    ],
    [
      'is not added while a file cannot be read',
      { lines: [], hostKeys: 'accept-new', unreadable: ['x'] },
      'HOST_KEY_UNKNOWN',
    ],
    ['is trusted while another file cannot be read', { lines: [`host ${ED}`], unreadable: ['x'] }, 'known'],
    [
      'is looked up by the address of ssh_config',
      { lines: [`10.0.0.1 ${ED}`], ssh: { address: '10.0.0.1' } },
      'known',
    ],
    [
      'is not looked up by the name that the inventory has for an address',
      { lines: [`host ${ED}`], ssh: { address: '10.0.0.1' } },
      'HOST_KEY_UNKNOWN',
    ],
    [
      'is looked up by its alias, without a port',
      { lines: [`Alias ${ED}`], port: 2222, ssh: { hostKeyAlias: 'alias' } },
      'known',
    ],
    [
      'is looked up by its alias alone',
      { lines: [`host ${ED}`, `[host]:2222 ${ED}`], port: 2222, ssh: { hostKeyAlias: 'alias' } },
      'HOST_KEY_UNKNOWN',
    ],
    [
      'is added under its alias',
      { lines: [], port: 2222, hostKeys: 'accept-new', ssh: { hostKeyAlias: 'alias' } },
      'add alias',
    ],
    [
      'whose authority is known on port 22 is not accepted as a new one on another',
      { lines: [`@cert-authority host ${ED}`], port: 2222, hostKeys: 'accept-new', presented: B },
      'HOST_KEY_UNKNOWN',
    ],
    [
      'that is no key at all is unknown',
      { lines: [`other ${ED}`], presented: Buffer.of() },
      'HOST_KEY_UNKNOWN',
    ],
  ])('%s', (_, it, expected) => {
    expect(verdict(it)).toBe(expected);
  });

  function refusal(it: Case): { message: string; hint: string; detail?: string } {
    const judged = judgeOf(it).judge(it.presented ?? A);
    if (judged.kind !== 'refused') throw new Error(judged.kind);
    return judged.failure;
  }
  test('that has changed is named with where the known one stands, and how to remove it', () => {
    const { message, hint } = refusal({ lines: ['# one', `[host]:2222 ${ED}`], presented: B, port: 2222 });
    expect(message).toContain(`ssh-ed25519 ${fingerprint(B)}`);
    expect(message).toContain('/home/me/known hosts:2');
    expect(hint).toContain("ssh-keygen -R '[host]:2222' -f '/home/me/known hosts'");
  });
  test('that is unknown is named with how to add it to the first file', () => {
    const { message, hint } = refusal({ lines: [], port: 2222 });
    expect(message).toContain(`ssh-ed25519 ${fingerprint(A)}`);
    expect(hint).toContain("ssh-keyscan -p 2222 host >> '/home/me/known hosts';");
  });
  test.each<[string, Partial<SshSpec>, string]>([
    ['its address', { address: '10.0.0.1' }, 'ssh-keyscan -p 22 10.0.0.1 >> '],
    ['its alias', { hostKeyAlias: 'alias' }, "ssh-keyscan -p 22 host | sed 's!^[^ ]*!alias!' >> "],
    [
      'the jump host that reaches it',
      { jumps: [makeTarget('bastion', 2222, { user: 'jumper' })] },
      'ssh -p 2222 jumper@bastion ssh-keyscan -p 22 host >> ',
    ],
  ])('that is unknown is scanned by %s', (_, ssh, hint) => {
    expect(refusal({ lines: [], ssh }).hint).toContain(`add it: ${hint}`);
  });
  test('of a host with an authority says what understands it', () => {
    expect(refusal({ lines: [`@cert-authority * ${ED}`] }).detail).toContain('set ssh.transport: openssh');
  });
  test('that cannot be looked up in a file says which', () => {
    expect(refusal({ lines: [], unreadable: ['/kh cannot be read: EACCES'] }).detail).toBe(
      '/kh cannot be read: EACCES',
    );
  });
});

describe('the algorithms to ask for', () => {
  test.each<[string, Case, string]>([
    ['are led by Ed25519 where nothing is known', { lines: [] }, 'ssh-ed25519'],
    ['are led by RSA with SHA-2 where an RSA key is known', { lines: [`host ${RSA}`] }, 'rsa-sha2-512'],
    [
      'are led by RSA where its key is known for port 22',
      { lines: [`host ${RSA}`], port: 2222 },
      'rsa-sha2-512',
    ],
    ['are not led by the type of a revoked key', { lines: [`@revoked host ${RSA}`] }, 'ssh-ed25519'],
    ['are led by the better of two known types', { lines: [`host ${RSA}`, `host ${ED}`] }, 'ssh-ed25519'],
  ])('%s', (_, it, first) => {
    const { algorithms } = judgeOf(it);
    expect(algorithms[0]).toBe(first);
    expect(new Set(algorithms).size).toBe(7);
  });
});

test.each([
  ['host', 22, 'host'],
  ['HOST.example', 22, 'host.example'],
  ['host', 2222, '[host]:2222'],
  ['10.0.0.1', 2222, '[10.0.0.1]:2222'],
  ['0:0:0:0:0:0:0:1', 22, '::1'],
  ['2001:DB8::0001', 2222, '[2001:db8::1]:2222'],
  ['fe80::0001%eth0', 22, 'fe80::1%eth0'],
])('%s port %d is called %s', (host, port, name) => {
  expect(knownHostsName(host, port)).toBe(name);
});

test('a fingerprint is what ssh-keygen -l prints', () => {
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIGqhM+mv6Pyc2n8IQEu2pVdC0lrVbXpvZbDDkFzGVFHC';
  expect(fingerprint(Buffer.from(key, 'base64'))).toBe('SHA256:RaYTxoVTFChZ6gRKoNeDI2m0j5+3Ndhc2jrRnWcOp1I');
});
