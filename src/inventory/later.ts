import type { Words } from './words.ts';

/** A key of a later version: where it stands in its mapping, what the value may be all the same, and why not yet. */
export interface LaterKey {
  readonly path: readonly [string] | readonly [string, string];
  /** The value that says what is so in this version already. */
  readonly accepted?: string;
  /** Refused only with this value. */
  readonly refused?: string;
  readonly why: string;
  readonly instead: string;
}

/** Keys of settings, at the top level, in groups and in agents, that come in a later version: refused by name. */
export const LATER_SETTINGS: readonly LaterKey[] = [
  {
    path: ['ssh', 'proxyJump'],
    why: 'connections go straight to the agents',
    instead: 'Run node-prep on the bastion, or on a machine that reaches the agents.',
  },
  {
    path: ['ssh', 'configFile'],
    accepted: 'none',
    why: 'no ssh_config file is read',
    instead:
      'Write what it holds for these hosts under ssh: user, port, identityFiles, knownHosts. Leave configFile out, or write none.',
  },
  {
    path: ['ssh', 'transport'],
    accepted: 'ssh2',
    why: 'there is one way to reach an agent, ssh2',
    instead: 'Leave it out, or write ssh2.',
  },
  {
    path: ['become', 'password'],
    why: 'sudo is called so that it never asks for one',
    instead: 'Allow it without one in sudoers (core ALL=(ALL) NOPASSWD: ALL), or connect as root.',
  },
  {
    path: ['become', 'method'],
    refused: 'doas',
    why: 'only sudo is called to become root',
    instead: 'Write method: sudo, or connect as root.',
  },
];

/** The same for a registry. */
export const LATER_REGISTRY: readonly LaterKey[] = [
  {
    path: ['credential'],
    why: 'no credential helper is called',
    instead: 'Write username, and password: { exec: [argv…] } for a program that prints the password.',
  },
  {
    path: ['expires'],
    why: 'no credential is renewed by its age',
    instead: 'Leave it out, and run again when the credential has been replaced.',
  },
];

/** The words for a key that comes later. */
export function laterWords({ path, refused, why, instead }: LaterKey): Words {
  const key = refused === undefined ? path.join('.') : `${path.join('.')}: ${refused}`;
  return { message: `${key} is not built into this version yet: ${why}.`, hint: instead };
}
