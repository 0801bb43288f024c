import { randomBytes } from 'node:crypto';
import type { AgentOutcome, AgentStatus } from '../../src/domain/outcome.ts';
import type { Report } from '../../src/domain/report.ts';
import type { Warning } from '../../src/domain/target.ts';
import { failure } from '../../src/errors/failure.ts';
import { openState } from '../../src/state/open.ts';
import type { RunStart, State } from '../../src/state/state.ts';

export const SCOPE = { command: 'run', inventory: '/srv/inventory.yaml', signature: 'abc' } as const;

export function start(id: string, agents: readonly string[], more: Partial<RunStart> = {}): RunStart {
  return {
    ...SCOPE,
    id,
    dryRun: false,
    startedAt: '2025-11-24T22:50:01.000Z',
    operator: 'deploy@bastion',
    agents,
    ...more,
  };
}

export function outcome(
  name: string,
  status: AgentStatus,
  changed: boolean | null = status === 'ok',
): AgentOutcome {
  const base = { name, host: name, port: 22, group: null, status, changed, ms: 1, steps: [], checks: [] };
  if (status === 'ok') return { ...base, failures: [] };
  const found = failure(status === 'not-attempted' ? 'STOPPED' : 'REGISTRY_TLS', 'login', {
    host: name,
    registry: 'r',
  });
  return { ...base, failure: found, failures: [found] };
}

export function report(id: string, agents: readonly AgentOutcome[], exitCode = 0): Report {
  return {
    ...{ schema: 'node-prep/report/v1', command: 'run', id, inventory: 'inventory.yaml', dryRun: false },
    ...{
      startedAt: '2025-11-24T22:50:01.000Z',
      finishedAt: '2025-11-24T22:51:13.000Z',
      ok: exitCode === 0,
      exitCode,
    },
    totals: { agents: agents.length, ok: 0, changed: 0, failed: 0, unreachable: 0, notAttempted: 0 },
    registries: [],
    generation: 'g-7f3a91c2',
    warnings: [],
    agents,
  };
}

/** A whole run: starts it, records what is given, and ends it. */
export function whole(
  state: State,
  id: string,
  outcomes: readonly AgentOutcome[],
  more: Partial<RunStart> = {},
): void {
  state.startRun(
    start(
      id,
      outcomes.map(({ name }) => name),
      more,
    ),
  );
  for (const one of outcomes) state.recordOutcome(id, one);
  state.finishRun(report(id, outcomes));
}

/** Opens a folder, and notes its warnings. */
export function opened(folder: string): { readonly state: State; readonly warnings: Warning[] } {
  const warnings: Warning[] = [];
  return {
    state: openState(folder, { randomBytes, warn: (warning) => void warnings.push(warning) }),
    warnings,
  };
}
