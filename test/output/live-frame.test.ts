import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { STEP_IDS } from '../../src/errors/failure.ts';
import { blockKeys, createFrame, type Window } from '../../src/output/live-frame.ts';
import { advance, createProgress } from '../../src/output/live-progress.ts';
import { painter } from '../../src/output/paint.ts';
import { widthOf } from '../../src/output/width.ts';
import { anyText, failed, prepared, started, trouble } from './samples.ts';

function drawn(window: Window, events: readonly RunEvent[], now = 9_000) {
  const progress = createProgress();
  for (const event of events) advance(progress, event, 0);
  return createFrame(painter(false))(progress, window, now, '*').flatMap(({ lines }) => lines);
}

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `agent-${String(index + 1).padStart(4, '0')}`);
const at = (agent: string, step: (typeof STEP_IDS)[number]): RunEvent => ({
  type: 'step-started',
  agent,
  step,
});
const passed = (agent: string, step: (typeof STEP_IDS)[number]): RunEvent => {
  return { type: 'step-finished', agent, step, status: 'ok', ms: 1 };
};
const ended = (outcome: ReturnType<typeof prepared>): RunEvent => ({
  type: 'agent-finished',
  outcome,
  done: 1,
  total: 1,
});

describe('a few agents', () => {
  const events = [
    started(['a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6']),
    ended(prepared('a-1')),
    passed('a-2', 'connect'),
    passed('a-2', 'become'),
    at('a-2', 'login'),
    ended(failed('a-3', trouble('a-3', 'REGISTRY_TLS'))),
    { type: 'agent-waiting', agent: 'a-4', for: 'credential-proof' },
    ended(failed('a-6', trouble('a-6', 'STOPPED'))),
  ] satisfies RunEvent[];

  test('have a line each, with what each is at', () => {
    expect(drawn({ columns: 60, rows: 24 }, events)).toEqual([
      'Preparing  3/6 agents  9s  1 ok  1 failed  1 not attempted …',
      '',
      '✔ a-1     1.2s  installed, 3 checks',
      '* a-2       9s  ██░░░░  logging in',
      '✖ a-3     1.2s  REGISTRY_TLS  10.0.0.3 does not trust the T…',
      '* a-4       9s  ░░░░░░  waiting',
      '· a-5           queued',
      '- a-6           not attempted',
      '',
      '1 agent waits while another proves the credential',
    ]);
  });

  test('are shown like many where the window has no room for their lines', () => {
    expect(drawn({ columns: 60, rows: 6 }, events)).toEqual([
      'Preparing  3/6 agents  9s  1 ok  1 failed  1 not attempted …',
      'Not ok: 1',
      '✖ a-3   REGISTRY_TLS  10.0.0.3 does not trust the TLS certi…',
      '1 agent waits while another proves the credential',
    ]);
  });
});

describe('a check', () => {
  const check = (agents: readonly string[], ...events: readonly RunEvent[]) => [
    started(agents, { command: 'check' }),
    ...events,
  ];

  test('has the steps of a check alone, in its own words', () => {
    const events = check(
      ['a-1', 'a-2', 'a-3'],
      ended(prepared('a-1', { changed: false })),
      passed('a-2', 'connect'),
      passed('a-2', 'become'),
      at('a-2', 'install'),
      passed('a-3', 'connect'),
      passed('a-3', 'become'),
      passed('a-3', 'install'),
      at('a-3', 'verify'),
    );
    expect(drawn({ columns: 60, rows: 24 }, events)).toEqual([
      'Checking  1/3 agents  9s  1 ok  2 at work',
      '',
      '✔ a-1     1.2s  proven, 3 checks',
      '* a-2       9s  ██░░  looking at the archive',
      '* a-3       9s  ███░  proving it',
    ]);
  });

  test('of many agents has a bar for each of them', () => {
    const all = names(200);
    const lines = drawn(
      { columns: 80, rows: 24 },
      check(all, passed('agent-0001', 'connect'), at('agent-0001', 'install'), at('agent-0002', 'verify')),
    );
    expect(lines.slice(2, 6).map((line) => line.split(' ')[0])).toEqual([
      ...['connect', 'become', 'archive', 'prove'],
    ]);
    expect(lines).toContain('At work');
    expect(lines.find((line) => line.startsWith('agent-0001'))).toMatch(
      /^agent-0001 archive 9s +agent-0002 prove 9s/,
    );
    expect(lines.join('\n')).not.toMatch(/login|pack|install|verify/);
  });
});

describe('many agents', () => {
  const all = names(200);
  const events: RunEvent[] = [
    started(all),
    ...all.slice(0, 100).map((name) => passed(name, 'connect')),
    ...all.slice(0, 10).map((name) => ended(failed(name, trouble(name, 'DOCKER_MISSING')))),
    ...all.slice(10, 20).map((name) => ended(prepared(name))),
  ];

  test('have a bar per step, the last failures, and the agents at work, as many as fit', () => {
    expect(drawn({ columns: 80, rows: 24 }, events)).toEqual([
      'Preparing  20/200 agents  9s  10 ok  10 failed  80 at work',
      '',
      `connect  ${'█'.repeat(25)}${'░'.repeat(25)}  100 of 200`,
      ...['become ', 'login  ', 'pack   ', 'install', 'verify '].map(
        (step) => `${step}  ██▒▒▒${'░'.repeat(45)}   10 of 200, 10 out`,
      ),
      '',
      'Not ok: 10, the last 4',
      ...all.slice(6, 10).map((name) => {
        return `✖ ${name}  DOCKER_MISSING  There is no Docker CLI on 10.0.0.${Number(name.slice(-4))}: the reason.`;
      }),
      '',
      'At work',
      ...[20, 23, 26, 29].map((first) => {
        return all
          .slice(first, first + 3)
          .map((name) => `${name} start 9s      `)
          .join('  ');
      }),
    ]);
  });

  test('an agent at work keeps its place, and a free place goes to the one that is longest at work', () => {
    const progress = createProgress();
    const frame = createFrame(painter(false));
    const shown = () => {
      const work = frame(progress, { columns: 80, rows: 24 }, 0, '*').find(({ key }) => key === 'work');
      return work?.lines
        .slice(1)
        .join(' ')
        .match(/agent-\d+/g);
    };
    advance(progress, started(all), 0);
    for (const name of all.slice(0, 64)) advance(progress, at(name, 'connect'), 0);
    const before = shown() ?? [];
    expect(before).toEqual(all.slice(0, before.length));
    advance(progress, ended(prepared('agent-0003')), 0);
    expect(shown()).toEqual(before.map((name) => (name === 'agent-0003' ? all[before.length] : name)));
  });

  test('the bar of a step is full only when all have passed it', () => {
    const almost = all.slice(1).map((name) => passed(name, 'connect'));
    const bar = (more: readonly RunEvent[]) =>
      drawn({ columns: 80, rows: 24 }, [started(all), ...almost, ...more])[2];
    expect(bar([])).toContain('█░');
    expect(bar([passed('agent-0001', 'connect')])).toBe(`connect  ${'█'.repeat(50)}  200 of 200`);
  });

  test('one failure among thousands is to be seen in the bar', () => {
    const many = names(5_000);
    const lost = ended(failed('agent-0001', trouble('agent-0001', 'CONNECTION_REFUSED')));
    expect(drawn({ columns: 80, rows: 24 }, [started(many), lost])[2]).toContain('▒');
  });

  test('an interruption is said in full, and moves nothing', () => {
    const message =
      'Interrupted: the agents at work finish or undo, which takes up to 10s. Press Ctrl-C again to end at once.';
    const calm = drawn({ columns: 80, rows: 24 }, events);
    const lines = drawn({ columns: 80, rows: 24 }, [...events, { type: 'interrupted', message }]);
    expect(lines.slice(0, calm.length)).toEqual(calm);
    expect(lines.slice(calm.length).join(' ').trim()).toBe(message);
  });
});

describe('any run in any window', () => {
  const name = fc.oneof(
    fc.constantFrom(...names(30)),
    fc.constantFrom('节点-1', '🚀', 'a'.repeat(120), '\x1b[2J'),
    anyText,
  );
  const stepId = fc.constantFrom(...STEP_IDS);
  const event = (agents: readonly string[]): fc.Arbitrary<RunEvent> => {
    const agent = fc.constantFrom(...agents, 'nobody');
    return fc.oneof(
      fc.record({ type: fc.constant('agent-started' as const), agent }),
      fc.record({ type: fc.constant('step-started' as const), agent, step: stepId }),
      fc.record({
        type: fc.constant('step-finished' as const),
        agent,
        step: stepId,
        status: fc.constantFrom('ok' as const, 'failed' as const, 'skipped' as const, 'changed' as const),
        ms: fc.nat(),
      }),
      fc.record({
        type: fc.constant('agent-waiting' as const),
        agent,
        for: fc.constantFrom(
          'credential-proof' as const,
          'ssh-password-proof' as const,
          'become-password-proof' as const,
          'rate-limit' as const,
          'retry' as const,
        ),
      }),
      fc.record({ type: fc.constant('interrupted' as const), message: anyText }),
      fc
        .tuple(agent, anyText, fc.constantFrom('ok', 'DOCKER_MISSING', 'CONNECTION_LOST', 'STOPPED'))
        .map(([who, said, how]) => {
          const code = how as 'DOCKER_MISSING';
          return ended(how === 'ok' ? prepared(who) : failed(who, trouble(who, code, { reason: said })));
        }),
    );
  };
  const run = fc
    .uniqueArray(name, { minLength: 0, maxLength: 40 })
    .chain((agents) => fc.tuple(fc.constant(agents), fc.array(event(agents), { maxLength: 120 })));
  const window = fc.record({
    columns: fc.integer({ min: 20, max: 220 }),
    rows: fc.integer({ min: 1, max: 60 }),
  });

  test('no frame has more lines than rows, no line is wider than the window, and every block has its key', () => {
    fc.assert(
      fc.property(run, window, fc.nat(10_000_000), fc.boolean(), ([agents, events], size, now, color) => {
        const progress = createProgress();
        const frame = createFrame(painter(color));
        advance(progress, started(agents), 0);
        for (const each of events) {
          advance(progress, each, 0);
          const blocks = frame(progress, size, now, '⠋');
          const lines = blocks.flatMap((block) => block.lines);
          expect(lines.length).toBeLessThanOrEqual(Math.max(0, size.rows - 1));
          for (const line of lines) {
            const plain = stripVTControlCharacters(line);
            expect(plain).not.toMatch(/\p{Cc}/u);
            expect(widthOf(plain)).toBeLessThanOrEqual(size.columns);
          }
          const keys = blockKeys(progress);
          expect(blocks.map(({ key }) => key)).toEqual(
            keys.filter((key) => blocks.some((block) => block.key === key)),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
