import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AgentStatus } from '../../src/domain/outcome.ts';
import { memoryState } from '../../src/state/open.ts';
import type { State } from '../../src/state/state.ts';
import { outcome, report, SCOPE, start, whole } from './samples.ts';

let state: State;
beforeEach(() => {
  state = memoryState(new Uint8Array(32));
});

const left = () => state.leftOver(SCOPE)?.toSorted() ?? null;

describe('what --resume has left to do', () => {
  test('without a run: nobody knows', () => {
    expect(left()).toBeNull();
  });

  test('the agents that are not ok, whatever the reason', () => {
    whole(state, '01A', [
      outcome('a', 'ok'),
      outcome('b', 'failed'),
      outcome('c', 'unreachable'),
      outcome('d', 'not-attempted'),
    ]);
    expect(left()).toEqual(['b', 'c', 'd']);
  });

  test('nobody once all are ok', () => {
    whole(state, '01A', [outcome('a', 'ok')]);
    expect(left()).toEqual([]);
  });

  test('a run of some agents does not make the others forgotten', () => {
    whole(state, '01A', [outcome('a', 'failed'), outcome('b', 'failed'), outcome('c', 'ok')]);
    whole(state, '01B', [outcome('a', 'ok')]);
    expect(left()).toEqual(['b']);
    whole(state, '01C', [outcome('c', 'failed')]);
    expect(left()).toEqual(['b', 'c']);
  });

  test('the run that was killed leaves all that it had not finished', () => {
    whole(state, '01A', [outcome('a', 'ok'), outcome('b', 'ok'), outcome('c', 'ok')]);
    state.startRun(start('01B', ['a', 'b', 'c']));
    state.recordOutcome('01B', outcome('a', 'ok'));
    expect(left()).toEqual(['b', 'c']);
  });

  test('a dry run says nothing', () => {
    whole(state, '01A', [outcome('a', 'failed')], { dryRun: true });
    expect(left()).toBeNull();
    whole(state, '01B', [outcome('a', 'failed')]);
    whole(state, '01C', [outcome('a', 'ok'), outcome('b', 'failed')], { dryRun: true });
    expect(left()).toEqual(['a']);
  });

  test.each([{ inventory: '/srv/other.yaml' }, { signature: 'other users' }])(
    'a run of %j says nothing about this one',
    (other) => {
      whole(state, '01A', [outcome('a', 'failed')]);
      whole(state, '01B', [outcome('a', 'ok'), outcome('b', 'failed')], other);
      expect(left()).toEqual(['a']);
      expect(state.leftOver({ ...SCOPE, ...other })).toEqual(['b']);
    },
  );

  test('of two runs at once, what was tried last counts, not which run ended last', () => {
    state.startRun(start('01A', ['a', 'b']));
    state.recordOutcome('01A', outcome('a', 'failed'));
    whole(state, '01B', [outcome('a', 'ok')]);
    state.recordOutcome('01A', outcome('b', 'ok'));
    state.finishRun(report('01A', [outcome('a', 'failed'), outcome('b', 'ok')]));
    expect(left()).toEqual([]);
  });

  test('an agent that a stopped run never tried stays as another run has left it since', () => {
    state.startRun(start('01A', ['a', 'b']));
    whole(state, '01B', [outcome('b', 'ok')]);
    state.recordOutcome('01A', outcome('b', 'not-attempted'));
    state.finishRun(report('01A', [outcome('a', 'not-attempted'), outcome('b', 'not-attempted')]));
    expect(left()).toEqual(['a']);
  });

  test('is always the agents whose latest outcome is not ok', () => {
    const status = fc.constantFrom<AgentStatus>('ok', 'failed', 'unreachable', 'not-attempted');
    const run = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), status), {
      selector: ([name]) => name,
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
        state = memoryState(new Uint8Array(32));
        const latest = new Map<string, AgentStatus>();
        for (const [place, agents] of runs.entries()) {
          whole(
            state,
            `01${place}`,
            agents.map(([name, ended]) => outcome(name, ended)),
          );
          for (const [name, ended] of agents) latest.set(name, ended);
        }
        const expected = [...latest].filter(([, ended]) => ended !== 'ok').map(([name]) => name);
        expect(left()).toEqual(runs.length === 0 ? null : expected.toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('the history', () => {
  test('is newest first, and no longer than asked for', () => {
    for (const id of ['01B', '01A', '01C']) whole(state, id, [outcome('a', 'ok')]);
    expect(state.history(2).map(({ id }) => id)).toEqual(['01C', '01B']);
  });

  test("tells a check from a run, and what a check left not ok is no run's business", () => {
    state.startRun(start('01A', ['a'], { command: 'check' }));
    state.recordOutcome('01A', outcome('a', 'failed'));
    expect(state.history(1)[0]?.command).toBe('check');
    expect(state.leftOver(SCOPE)).toBeNull();
    expect(state.leftOver({ ...SCOPE, command: 'check' })).toEqual(['a']);
  });

  test('has who, when, what, how it ended, and counts', () => {
    const outcomes = [outcome('a', 'ok', true), outcome('b', 'ok', false), outcome('c', 'failed', null)];
    state.startRun(start('01A', ['a', 'b', 'c']));
    for (const one of outcomes) state.recordOutcome('01A', one);
    const running = state.history(1)[0];
    expect(running).toEqual({
      ...{
        id: '01A',
        command: 'run',
        inventory: '/srv/inventory.yaml',
        dryRun: false,
        operator: 'deploy@bastion',
      },
      ...{ startedAt: '2025-11-24T22:50:01.000Z', finishedAt: null, exitCode: null, generation: null },
      ...{ agents: 3, ok: 2, changed: 1 },
    });
    state.finishRun(report('01A', outcomes, 1));
    const ended = { finishedAt: '2025-11-24T22:51:13.000Z', exitCode: 1, generation: 'g-7f3a91c2' };
    expect(state.history(1)).toEqual([{ ...running, ...ended }]);
  });

  test('keeps the last thousand runs, and what --resume needs for longer', () => {
    const id = (place: number) => `01${String(place).padStart(5, '0')}`;
    whole(state, id(0), [outcome('old', 'failed')]);
    for (let place = 1; place <= 1_001; place++) state.startRun(start(id(place), ['a']));
    expect(state.history(10_000)).toHaveLength(1_000);
    expect(state.history(10_000).at(-1)?.id).toBe(id(2));
    expect(state.run(id(0))).toEqual({ kind: 'none' });
    expect(left()).toEqual(['a', 'old']);
  });
});

describe('one run', () => {
  beforeEach(() => {
    whole(state, '01JDG4T6WQA', [outcome('b', 'ok', true), outcome('a', 'failed', null)]);
    whole(state, '01JDG4T6WQB', [outcome('a', 'ok', false)]);
  });

  test('has its agents in the order of the inventory, with code and message', () => {
    expect(state.run('01JDG4T6WQA')).toMatchObject({
      kind: 'found',
      summary: { id: '01JDG4T6WQA', agents: 2 },
      agents: [
        { name: 'b', status: 'ok', changed: true, code: null, message: null },
        {
          name: 'a',
          status: 'failed',
          changed: null,
          code: 'REGISTRY_TLS',
          message: expect.stringContaining('certificate'),
        },
      ],
    });
  });

  test('is found by the beginning of its id, in either case', () => {
    expect(state.run('01jdg4t6wqb')).toMatchObject({ kind: 'found', summary: { id: '01JDG4T6WQB' } });
  });

  test('several that begin so are named', () => {
    expect(state.run('01JDG')).toEqual({ kind: 'ambiguous', ids: ['01JDG4T6WQB', '01JDG4T6WQA'] });
  });

  test.each(['02', '%', '_1JDG', '*', "' OR 1=1 --", '\0', '01JDG4T6WQAA'])('%j is none', (id) => {
    expect(state.run(id)).toEqual({ kind: 'none' });
  });
});

describe('issues of identity tokens', () => {
  const issue = {
    agent: 'a',
    path: '/etc/docker.tar.gz',
    generation: 'g-1',
    digest: 'ab',
    issuedAt: '2025-11-24T22:50:01.000Z',
  };

  test('the last one of an agent and path is found', () => {
    state.recordIssue(issue);
    state.recordIssue({ ...issue, digest: 'cd' });
    expect(state.findIssue('a', '/etc/docker.tar.gz')).toEqual({ ...issue, digest: 'cd' });
  });

  test('another agent or path has none', () => {
    state.recordIssue(issue);
    expect(state.findIssue('b', '/etc/docker.tar.gz')).toBeNull();
    expect(state.findIssue('a', '/etc/other.tar.gz')).toBeNull();
  });
});
