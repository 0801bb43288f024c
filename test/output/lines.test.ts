import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { createLines, createNarrator } from '../../src/output/lines.ts';
import { summaryText } from '../../src/output/summary.ts';
import {
  eventsOf,
  failed,
  fakeSink,
  fakeStreams,
  PLAIN,
  prepared,
  reportOf,
  started,
  trouble,
} from './samples.ts';

const finished = (outcome: ReturnType<typeof prepared>, done = 12, total = 40): RunEvent => {
  return { type: 'agent-finished', outcome, done, total };
};

function narrated(...events: readonly RunEvent[]) {
  const narrate = createNarrator(PLAIN);
  narrate(started(['agent-03', 'agent-07']));
  return events.map(narrate);
}

describe('a run told in lines', () => {
  const twice = failed(
    'agent-07',
    trouble('agent-07', 'CHECK_FAILED', { id: 'docker', reason: 'exit code 1' }),
    trouble('agent-07', 'CHECK_FAILED', { id: 'dockerd', reason: 'exit code 1' }),
  );
  test.each([
    [
      'an agent that was changed',
      finished(prepared('agent-03')),
      '12/40  ok           agent-03  installed, 3 checks  1.2s',
    ],
    [
      'an agent that needed no change',
      finished(prepared('agent-03', { changed: false, checks: [] }), 3),
      ' 3/40  ok           agent-03  unchanged  1.2s',
    ],
    [
      'an agent that failed',
      finished(failed('agent-07', trouble('agent-07', 'REGISTRY_TLS'))),
      '12/40  FAILED       agent-07  REGISTRY_TLS  10.0.0.7 does not trust the TLS certificate of registry.example.com.  1.2s',
    ],
    [
      'an agent that failed twice',
      finished(twice),
      '12/40  FAILED       agent-07  CHECK_FAILED  The check docker failed on 10.0.0.7: exit code 1. (and 1 more)  1.2s',
    ],
    [
      'an agent out of reach',
      finished(failed('agent-07', trouble('agent-07', 'CONNECTION_REFUSED'))),
      '12/40  UNREACHABLE  agent-07  CONNECTION_REFUSED  Nothing accepts connections on 10.0.0.7 port 22.  1.2s',
    ],
    ['an agent that was never started', finished(failed('agent-07', trouble('agent-07', 'STOPPED'))), null],
    [
      'a warning',
      { type: 'warning', warning: { code: 'ARCHIVE_MODE_OPEN', message: 'Others may read it.', hint: 'h' } },
      'Warning: ARCHIVE_MODE_OPEN: Others may read it.',
    ],
    [
      'an interruption',
      { type: 'interrupted', message: 'Interrupted: finishing.' },
      'Interrupted: finishing.',
    ],
    ['a step', { type: 'step-started', agent: 'agent-03', step: 'login' }, null],
    [
      'an agent that waits for its turn',
      { type: 'agent-waiting', agent: 'agent-03', for: 'credential-proof' },
      null,
    ],
  ] satisfies [string, RunEvent, string | null][])('%s', (_, event, line) => {
    expect(narrated(event)).toEqual([line]);
  });

  test('a pause of all logins is said once', () => {
    const paused: RunEvent = { type: 'agent-waiting', agent: 'agent-03', for: 'rate-limit' };
    expect(narrated(paused, paused)).toEqual([
      'Logins are paused for all agents: the registry asks to slow down',
      null,
    ]);
  });

  test.each([
    ['a run', {}, 'Preparing 2 agents (run 01JTEST)'],
    ['a run in turns', { concurrency: 1 }, 'Preparing 2 agents, 1 at a time (run 01JTEST)'],
    ['a dry run', { dryRun: true }, 'Dry run: looking at 2 agents (run 01JTEST)'],
    ['a check', { command: 'check' }, 'Checking 2 agents (check 01JTEST)'],
  ] as const)('%s is announced', (_, overrides, line) => {
    expect(createNarrator(PLAIN)(started(['a', 'b'], overrides))).toBe(line);
  });

  test('a dry run says what would be', () => {
    const narrate = createNarrator(PLAIN);
    narrate(started(['a-1', 'a-2'], { dryRun: true }));
    expect(narrate(finished(prepared('a-1', { checks: [] }), 1, 2))).toBe(
      '1/2  ok           a-1  would install  1.2s',
    );
    expect(narrate(finished(prepared('a-2', { checks: [], changed: false }), 2, 2))).toBe(
      '2/2  ok           a-2  would not change  1.2s',
    );
  });

  test('a check installs nothing and logs in nowhere, and says so', () => {
    const narrate = createNarrator(PLAIN);
    narrate(started(['a-1', 'a-2'], { command: 'check' }));
    expect(narrate(finished(prepared('a-1', { changed: false }), 1, 2))).toBe(
      '1/2  ok           a-1  proven, 3 checks  1.2s',
    );
    expect(narrate({ type: 'agent-waiting', agent: 'a-2', for: 'rate-limit' })).toBe(
      'The registry asks to slow down: for all agents it is asked later',
    );
  });

  test('whatever an agent says stays on its line', () => {
    const outcome = failed('a-1', trouble('a-1', 'DOCKER_MISSING', { reason: 'no\r\nsuch \x1b[2J thing' }));
    expect(narrated(finished(outcome))[0]).toContain('no\\r\\nsuch \\x1b[2J thing');
  });
});

test('colours are for terminals: what goes into a file has none', () => {
  const report = reportOf([failed('a-1', trouble('a-1', 'REGISTRY_TLS'))]);
  const streams = { stdout: fakeSink(), stderr: fakeSink({ columns: 80, rows: 24 }) };
  const output = createLines(streams, { color: true, verbose: false });
  for (const event of eventsOf(report)) output.event(event);
  expect(streams.stderr.text).toContain('\x1b[31m');
  expect(streams.stdout.text).not.toContain('\x1b');
});

test('progress goes to standard error, the summary alone to standard output', () => {
  const streams = fakeStreams();
  const report = reportOf([prepared('a-1'), failed('a-2', trouble('a-2', 'REGISTRY_TLS'))]);
  const output = createLines(streams, PLAIN);
  for (const event of eventsOf(report)) output.event(event);
  expect(streams.stderr.text.split('\n')).toHaveLength(4);
  expect(streams.stdout.text).toBe(summaryText(report, PLAIN, 100));
});
