import type { RegistrySpec } from '../domain/target.ts';
import type { Stop } from './stop.ts';

/** What is held against a credential, so that no account is locked by trying on. */
export interface Refusals {
  /** It was refused after its proof: the first time may be one agent's oddity, the second stops all further logins. */
  count(registry: RegistrySpec): void;
  /** May no agent log in to this registry any more? */
  stopped(registry: string): boolean;
  /**
   * It was sent to be proven, and nothing is known of what came of it. Such an agent passes the turn to the next, but
   * only so often: a wrong password and a slow registry would else become a failed login on every agent.
   */
  unanswered(registry: RegistrySpec, agent: string): void;
}

const REFUSALS = 2;
const UNANSWERED = 3;

export function createRefusals(stop: Stop): Refusals {
  const refused = new Map<string, number>();
  const silent = new Map<string, string[]>();
  return {
    count({ name, username }) {
      const count = (refused.get(name) ?? 0) + 1;
      refused.set(name, count);
      if (count < REFUSALS) return;
      const words = `${name} refused the credential of ${username} on a second agent, so it is tried nowhere else`;
      stop.pull({ kind: 'logins-refused', words });
    },
    stopped: (registry) => (refused.get(registry) ?? 0) >= REFUSALS,
    unanswered({ name, username }, agent) {
      const agents = [...(silent.get(name) ?? []), agent];
      silent.set(name, agents);
      if (agents.length < UNANSWERED) return;
      const words =
        `the credential of ${username} for ${name} was sent on ${agents.join(', ')} and nothing is known of what ` +
        'came of it, so it is tried nowhere else and no agent was changed';
      stop.pull({ kind: 'credential-refused', words });
    },
  };
}
