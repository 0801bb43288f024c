import { describe, expect, test } from 'vitest';
import { history, historyText, runText } from '../../src/commands/history.ts';
import type { AgentRecord, RunLookup, RunSummary } from '../../src/state/state.ts';

const RUN: RunSummary = {
  id: '01JDG4T6WQZ3F9C5V7E1M2N8PA',
  command: 'run',
  inventory: '/srv/fleet/inventory.yaml',
  dryRun: false,
  startedAt: '2025-11-24T22:50:01.123Z',
  finishedAt: '2025-11-24T22:51:13.123Z',
  exitCode: 1,
  operator: 'deploy@bastion',
  generation: 'g-7f3a91c2',
  agents: 4,
  ok: 2,
  changed: 1,
};
const KILLED: RunSummary = {
  ...RUN,
  id: '01JDG4T5WQA3F9C5V7E1M2N8PA',
  finishedAt: null,
  exitCode: null,
  generation: null,
};
const DRY: RunSummary = {
  ...RUN,
  id: '01JDG4T4WQA3F9C5V7E1M2N8PA',
  dryRun: true,
  exitCode: 0,
  agents: 1000,
  ok: 1000,
  changed: 7,
};

const AGENTS: AgentRecord[] = [
  { name: 'agent-01', status: 'ok', changed: true, code: null, message: null },
  { name: 'agent-02', status: 'ok', changed: false, code: null, message: null },
  {
    name: 'agent-03',
    status: 'failed',
    changed: false,
    code: 'REGISTRY_TLS',
    message: 'No trust in the certificate.',
  },
  {
    name: 'agent-04',
    status: 'failed',
    changed: false,
    code: 'REGISTRY_TLS',
    message: 'No trust in it either.',
  },
];

const wide = (page: string) => page.split('\n').filter((line) => line.length > 80);

describe('the list of runs', () => {
  const page = historyText([RUN, KILLED, DRY]);

  test('says when, what, how it ended and which generation', () => {
    expect(page).toMatch(/^RUN +STARTED \(UTC\) +AGENTS OK +CHANGED +EXIT +GENERATION$/m);
    expect(page).toMatch(/^01JDG4T6WQ +2025-11-24 22:50 +2 of 4 +1 +1 +g-7f3a91c2$/m);
    expect(page).toMatch(/^ {4}\/srv\/fleet\/inventory\.yaml, by deploy@bastion$/m);
  });

  test('a run that was killed has no exit code', () => {
    expect(page).toMatch(/^01JDG4T5WQ +2025-11-24 22:50 +2 of 4 +1 +none$/m);
  });

  test('a dry run says what would change', () => {
    expect(page).toMatch(/^01JDG4T4WQ .* 1000 of 1000 +would: 7 +0 /m);
    expect(page).toMatch(/by deploy@bastion, dry run$/m);
  });

  test('a check changes nothing, and is called so', () => {
    const text = historyText([{ ...RUN, command: 'check' }]);
    expect(text).toMatch(/^01JDG4T6WQ +2025-11-24 22:50 +2 of 4 +1 +g-7f3a91c2$/m);
    expect(text).toMatch(/by deploy@bastion, check$/m);
  });

  test('ends with how to see one', () => {
    expect(page).toMatch(/node-prep history 01JDG4T6WQ\n$/);
  });

  test('two runs of the same millisecond are told apart', () => {
    const twin = { ...RUN, id: '01JDG4T6WQA3F9C5V7E1M2N8PA' };
    expect(historyText([RUN, twin])).toMatch(/^01JDG4T6WQZ [\s\S]*^01JDG4T6WQA /m);
  });

  test('fits 80 columns, whatever the names are', () => {
    const long = {
      ...DRY,
      id: '01JDG4T3WQA3F9C5V7E1M2N8PA',
      inventory: `/very${'/long'.repeat(40)}/inventory.yaml`,
      operator: `${'o'.repeat(90)}@host`,
    };
    expect(wide(historyText([RUN, KILLED, DRY, long]))).toEqual([]);
  });

  test('is a friendly sentence before the first run', () => {
    expect(historyText([])).toBe('No runs yet. The first one: node-prep run inventory.yaml\n');
  });
});

describe('one run', () => {
  test('who, when, with what, and the agents grouped by outcome, their names folded', () => {
    expect(runText({ summary: RUN, agents: AGENTS })).toBe(`Run 01JDG4T6WQZ3F9C5V7E1M2N8PA: 2 of 4 agents ok
  inventory   /srv/fleet/inventory.yaml
  by          deploy@bastion
  started     2025-11-24 22:50:01 UTC
  took        1m12s
  exit code   1
  generation  g-7f3a91c2

  ok, changed (1): agent-01
  ok, unchanged (1): agent-02
  failed (2): agent-[03-04]
      REGISTRY_TLS: No trust in the certificate.
`);
  });

  test('one that never ended says so', () => {
    expect(runText({ summary: KILLED, agents: AGENTS })).toMatch(
      /no end was recorded: it was killed, or is at work/,
    );
  });

  test('a check says who was proven', () => {
    const page = runText({ summary: { ...RUN, command: 'check' }, agents: AGENTS });
    expect(page).toMatch(/^Check 01JDG4T6WQZ3F9C5V7E1M2N8PA: 2 of 4 agents ok$/m);
    expect(page).toMatch(/ok, proven \(2\): agent-\[01-02\]/);
  });

  test('a dry run says what would have changed', () => {
    const page = runText({ summary: DRY, agents: AGENTS });
    expect(page).toContain('Run 01JDG4T4WQA3F9C5V7E1M2N8PA, a dry run: ');
    expect(page).toMatch(/ok, would change \(1\): agent-01\n {2}ok, would not change \(1\): agent-02/);
  });

  test('long lists and messages are wrapped, and nothing of an agent reaches the terminal raw', () => {
    const agents: AgentRecord[] = Array.from({ length: 400 }, (_, index) => ({
      name: `agent-${index * 7}`,
      status: 'failed',
      changed: null,
      code: 'REMOTE_PROTOCOL',
      message: `\x1b[2J${'many words '.repeat(40)}`,
    }));
    const page = runText({ summary: RUN, agents });
    expect(wide(page)).toEqual([]);
    expect(page).not.toContain('\x1b');
    expect(page).toContain('2793]');
  });
});

describe('node-prep history', () => {
  const state = (lookup: RunLookup) => ({ history: () => [RUN, DRY], run: () => lookup });
  const ask = (runId: string | null, output: 'text' | 'json', lookup: RunLookup = { kind: 'none' }) =>
    history({ command: 'history', runId, limit: 20, output }, state(lookup));

  test('without an id: the list', () => {
    expect(ask(null, 'text')).toEqual({ ok: true, value: historyText([RUN, DRY]) });
  });

  test('as JSON: the list with whole ids', () => {
    const result = ask(null, 'json');
    expect(result.ok && JSON.parse(result.value)).toEqual({
      schema: 'node-prep/history/v1',
      runs: [RUN, DRY],
    });
  });

  test('with an id: that run', () => {
    const found = { kind: 'found', summary: RUN, agents: AGENTS } as const;
    expect(ask('01JDG4T6', 'text', found)).toEqual({ ok: true, value: runText(found) });
    const json = ask('01JDG4T6', 'json', found);
    expect(json.ok && JSON.parse(json.value)).toEqual({
      schema: 'node-prep/history-run/v1',
      run: { ...RUN, agents: AGENTS },
    });
  });

  test('an unknown id is a problem', () => {
    expect(ask('zz\x1b', 'text')).toMatchObject({
      ok: false,
      error: [{ code: 'RUN_UNKNOWN', message: expect.stringContaining('`zz\\x1b`') }],
    });
  });

  test('an ambiguous one names the runs', () => {
    const result = ask('01JDG', 'text', { kind: 'ambiguous', ids: [RUN.id, DRY.id] });
    expect(result).toMatchObject({
      ok: false,
      error: [{ code: 'RUN_AMBIGUOUS', hint: expect.stringContaining(DRY.id) }],
    });
  });
});
