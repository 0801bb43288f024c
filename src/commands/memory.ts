import { createHash } from 'node:crypto';
import type { AgentOutcome } from '../domain/outcome.ts';
import type { Report } from '../domain/report.ts';
import type { Inventory, Target } from '../domain/target.ts';
import type { Issues } from '../engine/fleet.ts';
import type { State } from '../state/state.ts';
import type { Credentials } from './credentials.ts';
import type { RunStarted } from './report.ts';

/** What a run is remembered by: its registries and user names, never a password. */
export function signatureOf({ registries }: Inventory): string {
  const names = registries.map(({ name, username }) => `${name}\n${username}`).sort();
  return createHash('sha256').update(names.join('\n\n')).digest('hex');
}

/** What a run leaves for the next one. */
export interface Memory {
  readonly issues: Issues;
  record(outcome: AgentOutcome): void;
  finish(report: Report): void;
}

/** Writes the run down as it goes: should the tool be killed, `--resume` and `history` still know how far it was. */
export function remembered(
  ports: {
    readonly state: State;
    readonly operator: string;
    readonly inventoryPath: string;
    readonly now: () => Date;
  },
  { id, startedAt, request, inventory }: RunStarted,
  targets: readonly Target[],
  generationOf: Credentials['generationOf'],
): Memory {
  const { state, operator, inventoryPath } = ports;
  state.startRun({
    id,
    command: request.command,
    inventory: inventoryPath,
    signature: signatureOf(inventory),
    dryRun: request.command === 'run' && request.dryRun,
    startedAt,
    operator,
    agents: targets.map(({ name }) => name),
  });
  return {
    record: (outcome) => state.recordOutcome(id, outcome),
    finish: (report) => state.finishRun(report),
    issues: {
      // By the agent's own registries: a run over other agents with other registries makes no difference to it.
      find({ name, archive, registries }) {
        const issue = state.findIssue(name, archive.path);
        return issue?.generation === generationOf(registries) ? issue.digest : null;
      },
      record({ name, archive, registries }, digest) {
        const issuedAt = ports.now().toISOString();
        const generation = generationOf(registries);
        if (generation === null) return;
        state.recordIssue({ agent: name, path: archive.path, generation, digest, issuedAt });
      },
    },
  };
}
