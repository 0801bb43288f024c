import { expect, test } from 'vitest';
import {
  certified,
  keyTypeNamed,
  signatureAlgorithm,
} from '../../../../src/transports/ssh2/keys/key-types.ts';

// The names are those of `ssh -Q key` and `ssh -Q sig` (OpenSSH 9.2).
test.each([
  ['ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256-cert-v01@openssh.com'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384-cert-v01@openssh.com'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521-cert-v01@openssh.com'],
  ['ssh-rsa', 'ssh-rsa-cert-v01@openssh.com'],
  ['sk-ssh-ed25519@openssh.com', 'sk-ssh-ed25519-cert-v01@openssh.com'],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com'],
])('%s is certified as %s', (name, certificate) => {
  expect(certified(name)).toBe(certificate);
  expect(signatureAlgorithm(certificate)).toBe(name);
  expect(signatureAlgorithm(name)).toBe(name);
  expect(keyTypeNamed(name)).toMatchObject({ type: { name, certificate }, certified: false });
  expect(keyTypeNamed(certificate)).toMatchObject({ type: { name, certificate }, certified: true });
});

test.each(['rsa-sha2-256', 'rsa-sha2-512'])('a certificate that signs with %s', (name) => {
  expect(signatureAlgorithm(`${name}-cert-v01@openssh.com`)).toBe(name);
});

test.each(['', 'ssh-dss', 'rsa-sha2-512', 'ssh-ed448', 'ssh-dss-cert-v01@openssh.com'])(
  '"%s" is not the type of a key that is supported',
  (name) => {
    expect(keyTypeNamed(name)).toBeNull();
  },
);
