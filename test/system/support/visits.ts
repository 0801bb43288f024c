import type { Agent } from './agent.ts';

/** What an agent's sshd has seen up to now, by its own log. */
export interface Visits {
  readonly logins: number;
  readonly commands: number;
}

/** Counts the logins on an agent, and the commands that sshd has started for them (LogLevel VERBOSE). */
export function visitsOf(agent: Agent): Visits {
  const log = agent.log();
  const count = (words: string) => log.split(words).length - 1;
  return { logins: count('Accepted publickey'), commands: count('Starting session: command') };
}
