import type { RegistrySpec } from '../domain/target.ts';
import type { Stop } from './stop.ts';

/** Refusals after a credential was proven: the first may be one agent's oddity, the second stops all further logins. */
export interface Refusals {
  count(registry: RegistrySpec): void;
}

export function createRefusals(stop: Stop): Refusals {
  const counts = new Map<string, number>();
  return {
    count({ name, username }) {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (count < 2) return;
      const words = `${name} refused the credential of ${username} on a second agent, so that no account is locked`;
      stop.pull({ kind: 'logins-refused', words });
    },
  };
}
