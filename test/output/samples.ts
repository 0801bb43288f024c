import fc from 'fast-check';
import type { RunEvent } from '../../src/domain/event.ts';
import type { AgentOutcome } from '../../src/domain/outcome.ts';
import { countTotals, type Report } from '../../src/domain/report.ts';
import type { FailureCode } from '../../src/errors/catalogue.ts';
import { type Failure, failure, STEP_IDS, type StepId } from '../../src/errors/failure.ts';
import type { Sink, Streams } from '../../src/output/output.ts';

/** An agent's host is 10.0.0.<the digits of its name>. */
function hostOf(name: string): string {
  return `10.0.0.${Number(name.replace(/\D/g, '')) || 1}`;
}

/** A check that passed, but for its id. */
export const check = {
  command: 'docker ps -a',
  expect: 'pass',
  verdict: 'pass',
  exitCode: 0,
  vacuous: null,
  ms: 9,
} as const;

/** An agent that was prepared; `overrides` makes it another. */
export function prepared(name: string, overrides: Partial<AgentOutcome> = {}): AgentOutcome {
  return {
    name,
    host: hostOf(name),
    port: 22,
    group: null,
    status: 'ok',
    changed: true,
    ms: 1_234,
    steps: STEP_IDS.map((id) => ({ id, status: id === 'install' ? 'changed' : 'ok', ms: 10 })),
    checks: ['runner', 'dockerd', 'docker'].map((id) => ({ ...check, id })),
    failures: [],
    ...overrides,
  };
}

/** A failure as the engine makes it, on the host of the agent of that name. */
export function trouble(
  name: string,
  code: FailureCode,
  values: Readonly<Record<string, string | number>> = {},
  detail?: string,
): Failure {
  const step: StepId = code.startsWith('CHECK') ? 'verify' : code.startsWith('CONN') ? 'connect' : 'login';
  const usual = {
    host: hostOf(name),
    port: 22,
    limit: '10s',
    registry: 'registry.example.com',
    username: 'ci-puller',
  };
  return failure(code, step, { ...usual, ...values }, detail);
}

/** An agent with these failures. */
export function failed(name: string, ...failures: readonly Failure[]): AgentOutcome {
  const first = failures[0];
  if (first === undefined) throw new Error('a failed agent has at least one failure');
  const code = first.code;
  const status = ['STOPPED', 'INTERRUPTED'].includes(code)
    ? 'not-attempted'
    : code.startsWith('CONN')
      ? 'unreachable'
      : 'failed';
  return prepared(name, { status, changed: false, steps: [], checks: [], failure: first, failures });
}

/** A report of these agents, started at noon, of 12.3 seconds. */
export function reportOf(agents: readonly AgentOutcome[], overrides: Partial<Report> = {}): Report {
  const ok = agents.every((agent) => agent.status === 'ok');
  return {
    schema: 'node-prep/report/v1',
    command: 'run',
    id: '01JTEST',
    inventory: 'inventory.yaml',
    dryRun: false,
    startedAt: '2026-01-02T12:00:00.000Z',
    finishedAt: '2026-01-02T12:00:12.300Z',
    ok,
    exitCode: ok ? 0 : 1,
    totals: countTotals(agents),
    registries: [{ name: 'registry.example.com', username: 'ci-puller', expiresAt: null }],
    generation: 'g-7f3a91c2',
    warnings: [],
    agents,
    ...overrides,
  };
}

/** The event that opens a run over these agents. */
export function started(
  names: readonly string[],
  overrides: { command?: Report['command']; dryRun?: boolean; concurrency?: number } = {},
): RunEvent {
  const agents = names.map((name) => ({ name, group: null }));
  return {
    type: 'run-started',
    command: 'run',
    id: '01JTEST',
    dryRun: false,
    concurrency: 64,
    agents,
    ...overrides,
  };
}

/** All events of a whole run with these outcomes, agent after agent, up to the report. */
export function eventsOf(report: Report): RunEvent[] {
  const total = report.agents.length;
  return [
    started(
      report.agents.map(({ name }) => name),
      { command: report.command, dryRun: report.dryRun },
    ),
    ...report.warnings.map((warning): RunEvent => ({ type: 'warning', warning })),
    ...report.agents.flatMap((outcome, index): RunEvent[] => [
      { type: 'agent-started', agent: outcome.name },
      ...outcome.steps.flatMap(({ id, status, ms }): RunEvent[] => [
        { type: 'step-started', agent: outcome.name, step: id },
        { type: 'step-finished', agent: outcome.name, step: id, status, ms },
      ]),
      ...outcome.checks.map((check): RunEvent => ({ type: 'check-finished', agent: outcome.name, check })),
      { type: 'agent-finished', outcome, done: index + 1, total },
    ]),
    { type: 'report', report },
  ];
}

/** A stream that keeps what is written to it; with a window it is a terminal. */
export function fakeSink(window?: {
  columns: number;
  rows: number;
}): Sink & { text: string; writes: string[] } {
  const writes: string[] = [];
  return {
    writes,
    get text() {
      return writes.join('');
    },
    write: (text) => writes.push(text),
    isTTY: window !== undefined,
    columns: window?.columns,
    rows: window?.rows,
  };
}

/** Two streams into files. */
export function fakeStreams(): Streams & {
  stdout: ReturnType<typeof fakeSink>;
  stderr: ReturnType<typeof fakeSink>;
} {
  return { stdout: fakeSink(), stderr: fakeSink() };
}

export const PLAIN = { color: false, verbose: false };

/** Any string at all, with lone surrogates; mostly the characters that make trouble. */
export const anyText = fc.string({
  unit: fc
    .oneof(
      fc.integer({ min: 0, max: 0xff }),
      fc.constantFrom(0x200b, 0x202e, 0x2028, 0xd800, 0xdc00, 0xfeff, 0xfffe, 0xffff, 0xe0041),
      fc.integer({ min: 0, max: 0x10ffff }),
    )
    .map((point) => String.fromCodePoint(point)),
});
