import { describe, expect, test } from 'vitest';
import { serverOf } from '../../../../src/transports/ssh2/connection/server.ts';
import { chooseAlgorithm } from '../../../../src/transports/ssh2/login/signature-choice.ts';

const RSA = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];
const CERTIFICATE = RSA.map((name) => `${name}-cert-v01@openssh.com`);
const NEW = 'SSH-2.0-OpenSSH_9.2p1';

type Listed = readonly string[] | 'nothing yet' | 'nothing';
const choose = (keyType: string, algorithms: readonly string[], ident: string, listed: Listed) =>
  chooseAlgorithm({ keyType, algorithms }, serverOf(ident), {
    listed: typeof listed === 'string' ? null : new Set(listed),
    final: listed === 'nothing',
  });

describe('an RSA key signs', () => {
  test.each<[string, string, Listed, string | null]>([
    [
      'by the best that the server lists',
      NEW,
      ['ssh-ed25519', 'rsa-sha2-256', 'rsa-sha2-512'],
      'rsa-sha2-512',
    ],
    ['by what it lists, if it is the second best', NEW, ['rsa-sha2-256'], 'rsa-sha2-256'],
    ['by SHA-1 where it lists nothing better', NEW, ['ssh-rsa'], 'ssh-rsa'],
    ['not before the server may have listed something', NEW, 'nothing yet', null],
    ['by SHA-1 where it lists nothing at all', 'SSH-2.0-OpenSSH_6.6', 'nothing', 'ssh-rsa'],
    ['by SHA-2 with OpenSSH 7.4, which says less than it can', 'SSH-2.0-OpenSSH_7.4', [], 'rsa-sha2-512'],
  ])('%s', (_, ident, listed, expected) => {
    expect(choose('ssh-rsa', RSA, ident, listed)).toBe(expected);
  });
});

describe('an RSA certificate signs', () => {
  test.each<[string, string, Listed, string | null]>([
    ['by the best that the server lists', NEW, ['rsa-sha2-256', 'rsa-sha2-512'], CERTIFICATE[0] ?? ''],
    [
      'by SHA-1 with an OpenSSH that knows no other',
      'SSH-2.0-OpenSSH_7.7',
      ['rsa-sha2-512'],
      CERTIFICATE[2] ?? '',
    ],
    ['by SHA-1 where the server lists nothing at all', 'SSH-2.0-x', 'nothing', CERTIFICATE[2] ?? ''],
  ])('%s', (_, ident, listed, expected) => {
    expect(choose('ssh-rsa', CERTIFICATE, ident, listed)).toBe(expected);
  });
});

test('any other key has no choice, whatever the server lists', () => {
  expect(choose('ssh-ed25519', ['ssh-ed25519'], NEW, 'nothing yet')).toBe('ssh-ed25519');
  expect(choose('ssh-ed25519', ['ssh-ed25519'], NEW, ['rsa-sha2-512'])).toBe('ssh-ed25519');
});

describe('a server', () => {
  test.each([
    ['SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3', true, true],
    ['SSH-2.0-OpenSSH_for_Windows_9.5', true, true],
    ['SSH-2.0-dropbear_2022.83', false, true],
    ['SSH-2.0-Go', false, true],
    ['SSH-2.0-GoAnywhere', false, false],
    ['SSH-2.0-ssh2js1.17.0srv', true, true],
    ['SSH-2.0-node-prep_lab', true, true],
    ['SSH-2.0-Cisco-1.25', false, false],
    ['SSH-2.0-mod_sftp OpenSSH_9', false, false],
    ['SSH-1.99-OpenSSH_3.9', true, true],
    ['anything', false, false],
  ])(
    '%s forgives what comes early: %s; numbers channels from zero: %s',
    (ident, forgives, numbersFromZero) => {
      expect(serverOf(ident)).toMatchObject({ forgives, numbersFromZero });
    },
  );
});
