import type { Agent } from './agent.ts';
import { eventually } from './eventually.ts';

/**
 * Waits until nothing runs on the agents but their sshd. A moment is theirs: sshd ends a session after its client
 * has gone, and what the tool left must notice that by itself.
 */
export async function quiet(agents: readonly Agent[]): Promise<void> {
  for (const agent of agents) {
    const busy = () => agent.processes().map(({ argv }) => argv.join(' ').slice(0, 100));
    await eventually(
      () => agent.processes().length === 0,
      () => `${agent.name} still runs ${busy().join('; ')}`,
      8,
    );
  }
}
