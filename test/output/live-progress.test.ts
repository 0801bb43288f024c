import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { STEP_IDS } from '../../src/errors/failure.ts';
import { advance, createProgress } from '../../src/output/live-progress.ts';
import { eventsOf, failed, prepared, reportOf, started, trouble } from './samples.ts';

function stand(...events: readonly RunEvent[]) {
  const progress = createProgress();
  for (const [index, event] of events.entries()) advance(progress, event, index * 1_000);
  return progress;
}

const step = (
  agent: string,
  id: (typeof STEP_IDS)[number],
  status: 'ok' | 'failed' | 'skipped' = 'ok',
): RunEvent[] => [
  { type: 'step-started', agent, step: id },
  { type: 'step-finished', agent, step: id, status, ms: 1 },
];

describe('where a run stands', () => {
  test('an agent is at work from its first event to its last', () => {
    const run = [started(['a-1', 'a-2']), { type: 'agent-started', agent: 'a-1' }] as const;
    expect([...stand(...run).working.keys()]).toEqual(['a-1']);
    expect(stand(...run).working.get('a-1')?.since).toBe(1_000);
    expect(
      stand(...run, { type: 'agent-finished', outcome: prepared('a-1'), done: 1, total: 2 }).working.size,
    ).toBe(0);
  });

  test('the steps that agents passed are counted, and those that they failed before', () => {
    const outcome = failed('a-1', trouble('a-1', 'REGISTRY_TLS'));
    const { steps } = stand(
      started(['a-1', 'a-2']),
      ...step('a-1', 'connect'),
      ...step('a-1', 'become', 'skipped'),
      ...step('a-1', 'login', 'failed'),
      ...step('a-1', 'pack', 'skipped'),
      { type: 'agent-finished', outcome, done: 1, total: 2 },
    );
    expect(STEP_IDS.map((id) => [steps[id].passed, steps[id].out])).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  test('a step that is repeated after a reconnect counts once', () => {
    expect(
      stand(started(['a-1']), ...step('a-1', 'connect'), ...step('a-1', 'connect')).steps.connect.passed,
    ).toBe(1);
  });

  test('an agent that is ok has passed every step, and one that was not attempted has failed none', () => {
    const stopped = failed('a-2', trouble('a-2', 'STOPPED'));
    const { steps, done } = stand(
      started(['a-1', 'a-2']),
      { type: 'agent-finished', outcome: prepared('a-1'), done: 1, total: 2 },
      { type: 'agent-finished', outcome: stopped, done: 2, total: 2 },
    );
    expect(steps.verify).toEqual({ passed: 1, out: 0 });
    expect(done).toEqual({ ok: 1, failed: 0, unreachable: 0, 'not-attempted': 1 });
  });

  test('an agent waits until its next event', () => {
    const waiting = [started(['a-1']), { type: 'agent-waiting', agent: 'a-1', for: 'rate-limit' }] as const;
    expect(stand(...waiting).working.get('a-1')?.waiting).toBe('rate-limit');
    expect(
      stand(...waiting, { type: 'step-started', agent: 'a-1', step: 'login' }).working.get('a-1')?.waiting,
    ).toBeNull();
  });

  test('events of agents that nobody announced, or that have ended, change nothing', () => {
    expect(stand(started(['a-1']), ...step('b', 'connect')).working.size).toBe(0);
    const ended = stand(...eventsOf(reportOf([prepared('a-1')])), ...step('a-1', 'connect'));
    expect(ended.working.size).toBe(0);
    expect(ended.steps.connect.passed).toBe(1);
  });

  test('of a thousand failures the last hundred are kept', () => {
    const agents = Array.from({ length: 1_000 }, (_, index) =>
      failed(`a-${index}`, trouble(`a-${index}`, 'REGISTRY_TLS')),
    );
    const progress = stand(...eventsOf(reportOf(agents)));
    expect(progress.done.failed).toBe(1_000);
    expect(progress.troubled.map(({ name }) => name)).toEqual(agents.slice(-100).map(({ name }) => name));
  });
});
