import type { Words } from './words.ts';

/** A key of a later version, and why it is not there yet. */
export interface LaterKey {
  readonly key: string;
  readonly why: string;
  readonly instead: string;
}

/** Keys of a registry that come in a later version: refused by name. */
export const LATER_REGISTRY: readonly LaterKey[] = [
  {
    key: 'credential',
    why: 'no credential helper is called',
    instead: 'Write username, and password: { exec: [argv…] } for a program that prints the password.',
  },
  {
    key: 'expires',
    why: 'no credential is renewed by its age',
    instead: 'Leave it out, and run again when the credential has been replaced.',
  },
];

/** The words for a key that comes later. */
export function laterWords({ key, why, instead }: LaterKey): Words {
  return { message: `${key} is not built into this version yet: ${why}.`, hint: instead };
}
