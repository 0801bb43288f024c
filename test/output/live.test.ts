import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { createLive } from '../../src/output/live.ts';
import { summaryText } from '../../src/output/summary.ts';
import { eventsOf, failed, fakeSink, PLAIN, prepared, reportOf, started, trouble } from './samples.ts';
import { createTerminal } from './terminal.ts';

function live(columns = 80, rows = 24) {
  const stderr = createTerminal(columns, rows);
  const stdout = fakeSink({ columns, rows });
  return { stderr, stdout, output: createLive({ stdout, stderr }, PLAIN) };
}

describe('the live view', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('shows the run on standard error, wipes it, and leaves the summary on standard output', async () => {
    const { stderr, stdout, output } = live();
    const report = reportOf([prepared('a-1'), failed('a-2', trouble('a-2', 'REGISTRY_TLS'))]);
    const events = eventsOf(report);
    for (const event of events.slice(0, -1)) output.event(event);
    await vi.advanceTimersByTimeAsync(100);
    expect(stderr.lines()).toEqual([
      'Preparing  2/2 agents  0s  1 ok  1 failed',
      '',
      '✔ a-1     1.2s  installed, 3 checks',
      '✖ a-2     1.2s  REGISTRY_TLS  10.0.0.2 does not trust the TLS certificate of re…',
    ]);
    expect(stdout.text).toBe('');
    output.event({ type: 'report', report });
    expect(stderr.lines()).toEqual([]);
    expect(stderr.cursorVisible).toBe(true);
    expect(stdout.text).toBe(summaryText(report, PLAIN, 80));
    await output.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('moves while nothing happens, so that one sees that it lives', async () => {
    const { stderr, output } = live();
    output.event(started(['a-1']));
    output.event({ type: 'step-started', agent: 'a-1', step: 'login' });
    await vi.advanceTimersByTimeAsync(100);
    const before = stderr.lines();
    await vi.advanceTimersByTimeAsync(100);
    expect(stderr.lines()).not.toEqual(before);
    await output.close();
  });

  test('a storm of events of a thousand agents is drawn ten times a second, and always fits', async () => {
    const { stderr, output } = live();
    const agents = Array.from({ length: 1_000 }, (_, index) => {
      const name = `agent-${index + 1}`;
      return index % 10 === 0 ? failed(name, trouble(name, 'DOCKER_MISSING')) : prepared(name);
    });
    const events = eventsOf(reportOf(agents));
    const perSlice = Math.ceil(events.length / 20);
    for (let slice = 0; slice < 20; slice += 1) {
      for (const event of events.slice(slice * perSlice, (slice + 1) * perSlice)) {
        if (event.type !== 'report') output.event(event);
      }
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(stderr.writes.length).toBeLessThanOrEqual(11);
    expect(stderr.wraps).toBe(0);
    expect(stderr.history).toEqual([]);
    expect(stderr.lines()[0]).toBe('Preparing  1000/1000 agents  1s  900 ok  100 failed');
    expect(stderr.lines().length).toBeLessThan(24);
    await output.close();
    expect(stderr.lines()).toEqual([]);
  });

  test('follows a window that is made smaller and larger', async () => {
    const { stderr, output } = live(100, 30);
    output.event(started(Array.from({ length: 500 }, (_, index) => `agent-${index}`)));
    for (let index = 0; index < 64; index += 1)
      output.event({ type: 'agent-started', agent: `agent-${index}` });
    for (const [columns, rows] of [
      [100, 30],
      [40, 12],
      [24, 5],
      [200, 50],
    ] as const) {
      stderr.columns = columns;
      stderr.rows = rows;
      await vi.advanceTimersByTimeAsync(100);
      expect(stderr.lines().length).toBeLessThan(rows);
    }
    expect(stderr.wraps).toBe(0);
    await output.close();
  });

  test('an interruption is shown, and the run goes on being shown until its report', async () => {
    const { stderr, output } = live();
    output.event(started(['a-1', 'a-2']));
    output.event({ type: 'agent-started', agent: 'a-1' });
    output.event({ type: 'interrupted', message: 'Interrupted: finishing.' });
    await vi.advanceTimersByTimeAsync(100);
    expect(stderr.lines().at(-1)).toBe('Interrupted: finishing.');
    expect(stderr.lines()[2]).toContain('a-1');
    await output.close();
  });

  test('close gives the terminal back at once, before it is awaited: a second Ctrl-C ends the process', async () => {
    const { stderr, output } = live();
    output.event(started(['a-1']));
    await vi.advanceTimersByTimeAsync(100);
    expect(stderr.cursorVisible).toBe(false);
    const closed = output.close();
    expect(stderr.cursorVisible).toBe(true);
    expect(stderr.lines()).toEqual([]);
    await closed;
  });

  test.each([
    [
      'a report without a run',
      (report: ReturnType<typeof reportOf>): RunEvent[] => [{ type: 'report', report }],
    ],
    ['a run without agents', (report: ReturnType<typeof reportOf>) => eventsOf(report)],
  ])('%s is a summary alone', async (_, events) => {
    const { stderr, stdout, output } = live();
    for (const event of events(reportOf([]))) output.event(event);
    await output.close();
    expect(stderr.writes).toEqual([]);
    expect(stdout.text).toMatch(/^Ready: nothing was left to do/);
  });

  test('listr2 takes no signal and does not touch the streams of the process', async () => {
    const write = vi.spyOn(process.stdout, 'write');
    const listeners = process.listenerCount('SIGINT');
    const { output } = live();
    output.event(started(['a-1']));
    await vi.advanceTimersByTimeAsync(300);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
    expect(write).not.toHaveBeenCalled();
    expect(process.stdout.write).toBe(write);
    await output.close();
    write.mockRestore();
  });
});
