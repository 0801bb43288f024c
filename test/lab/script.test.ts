import { expect, test } from 'vitest';
import type { AgentOutcome } from '../../src/domain/outcome.ts';
import { failure } from '../../src/errors/failure.ts';
import type { Expectation } from '../../src/lab/faults.ts';
import { compareWithScript } from '../../src/lab/script.ts';

function outcome(
  name: string,
  status: AgentOutcome['status'],
  code?: Parameters<typeof failure>[0],
): AgentOutcome {
  const base = {
    name,
    host: '127.0.0.1',
    port: 1,
    group: null,
    changed: false,
    ms: 1,
    steps: [],
    checks: [],
    status,
  };
  if (code === undefined) return { ...base, failures: [] };
  const found = failure(code, 'verify');
  return { ...base, failure: found, failures: [found] };
}

const script = new Map<string, Expectation>([
  ['a', { status: 'ok' }],
  ['b', { status: 'failed', code: 'DOCKER_DAEMON_DOWN' }],
  ['c', { status: 'unreachable' }],
]);
const asPlanned = [
  outcome('a', 'ok'),
  outcome('b', 'failed', 'DOCKER_DAEMON_DOWN'),
  outcome('c', 'unreachable', 'SERVER_BUSY'),
];
const [a, b, c] = asPlanned as [AgentOutcome, AgentOutcome, AgentOutcome];

test.each([
  ['all as planned', asPlanned, []],
  [
    'an agent that should be ok is not',
    [outcome('a', 'failed', 'NO_SPACE'), b, c],
    ['a was to be ok, but is failed with NO_SPACE.'],
  ],
  [
    'an agent that should fail is ok',
    [a, outcome('b', 'ok'), c],
    ['b was to be failed with DOCKER_DAEMON_DOWN, but is ok.'],
  ],
  [
    'it fails for another reason',
    [a, outcome('b', 'failed', 'CHECK_FAILED'), c],
    ['b was to be failed with DOCKER_DAEMON_DOWN, but is failed with CHECK_FAILED.'],
  ],
  ['an agent is missing', [a, b], ['c is missing from the report; it was to be unreachable.']],
  ['an agent is one too many', [a, b, c, outcome('d', 'ok')], ['d is in the report, but not in the fleet.']],
])('%s', (_, agents, deviations) => {
  expect(compareWithScript({ agents }, script)).toEqual(deviations);
});
