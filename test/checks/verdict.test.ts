import { describe, expect, test } from 'vitest';
import { interpretCheck } from '../../src/checks/verdict.ts';
import { createRedactor } from '../../src/credential/redact.ts';
import { createSpeech } from '../../src/credential/speech.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Target } from '../../src/domain/target.ts';
import type { CheckAnswer } from '../../src/remote/answer.ts';

const say = createSpeech(createRedactor([{ secret: new Secret('hunter2') }]));
const CTX = { target: { host: '10.0.1.1' } as Target, say };
const PS = 'ps -Aef | grep -q dockerd';

const ANSWER: CheckAnswer = {
  index: 0,
  exitCode: 0,
  timedOut: false,
  controlCode: null,
  alive: null,
  missing: [],
  output: new Uint8Array(),
};

function judge(command: string, expectation: 'pass' | 'runnable', said: Partial<CheckAnswer>) {
  const spec = { id: 'x', command, expect: expectation, timeoutMs: 20_000 };
  const { result, failures } = interpretCheck(spec, { ...ANSWER, ...said }, CTX);
  expect(result).toMatchObject({ id: 'x', command, expect: expectation });
  expect(failures.length).toBe(result.verdict === 'pass' ? 0 : 1);
  const [failure] = failures;
  return { ...result, code: failure?.code, message: failure?.message ?? '', detail: failure?.detail };
}

describe('expect: pass', () => {
  test.each([
    ['the docker CLI answers', 'docker ps -a', {}, 'pass', null],
    ['it does not', 'docker ps -a', { exitCode: 1 }, 'fail', null],
    // Not vacuous: the command said no to the random word.
    ['the command tells true from false', PS, { controlCode: 1, alive: 'no' }, 'pass', false],
    ['it says no', PS, { exitCode: 1, alive: 'yes' }, 'fail', false],
    ['it says yes to anything, and it is true', PS, { controlCode: 0, alive: 'yes' }, 'pass', true],
    ['it says yes to anything, and it is not true', PS, { controlCode: 0, alive: 'no' }, 'fail', true],
    // Green means proven: what cannot be told is not green.
    [
      'it says yes to anything, and the table is hidden',
      PS,
      { controlCode: 0, alive: 'hidden' },
      'fail',
      true,
    ],
    ['it says yes to anything, and nobody looked', PS, { controlCode: 0 }, 'fail', true],
    ['the control hung, but it is true', PS, { controlCode: 'timed-out', alive: 'yes' }, 'pass', null],
    ['the control hung', PS, { controlCode: 'timed-out', alive: 'no' }, 'fail', null],
    ['the control was never run', PS, { alive: 'no' }, 'fail', null],
    [
      'its pattern names no process',
      "ps -Aef | grep -q 'a b'",
      { controlCode: 0, alive: 'yes' },
      'fail',
      true,
    ],
  ] as const)('%s', (_, command, said, verdict, vacuous) => {
    expect(judge(command, 'pass', said)).toMatchObject({ verdict, vacuous });
  });

  test('the reasons are told', () => {
    const vacuous = judge(PS, 'pass', { controlCode: 0, alive: 'no' });
    expect(vacuous).toMatchObject({ code: 'CHECK_FAILED' });
    expect(vacuous.message).toContain('no live process is named docker or dockerd or dockerd-current');
    expect(judge(PS, 'pass', { controlCode: 0, alive: 'hidden' }).message).toContain('cannot be read');
    const missing = judge('docker ps', 'pass', { exitCode: 127, missing: ['docker'] });
    expect(missing.message).toContain('not found there: docker');
    expect(judge('docker ps', 'pass', { exitCode: 3 }).message).toContain('exit code 3');
  });
});

describe('expect: runnable', () => {
  const RUNNER = 'ps -Aef | grep -q ./runner';
  test.each([
    ['it says yes', { controlCode: 0, alive: 'no' }, 'pass', true],
    ['it says no', { exitCode: 1 }, 'pass', false],
    ['a program of it is not there', { exitCode: 1, missing: ['grep'] }, 'fail', false],
    ['a program of it is not found', { exitCode: 127 }, 'fail', false],
    ['the shell does not understand it', { exitCode: 2 }, 'fail', false],
  ] as const)('%s', (_, said, verdict, vacuous) => {
    expect(judge(RUNNER, 'runnable', said)).toMatchObject({ verdict, vacuous });
  });
  test('an agent cannot miss what the command does not have', () => {
    expect(judge(RUNNER, 'runnable', { missing: ['\x1b[2J', 'dockerd'] }).verdict).toBe('pass');
  });
});

test.each(['pass', 'runnable'] as const)('expect: %s, and no answer in time', (expectation) => {
  const judged = judge('docker ps -a', expectation, { timedOut: true, exitCode: 137 });
  expect(judged).toMatchObject({
    verdict: 'timeout',
    exitCode: null,
    vacuous: null,
    code: 'CHECK_TIMED_OUT',
  });
  expect(judged.message).toContain('within 20.0s');
});

describe('docker’s own words about its daemon', () => {
  const down =
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
  const denied =
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock';
  test.each([
    [down, 'docker ps -a', 1, 'DOCKER_DAEMON_DOWN', 'cannot connect'],
    [denied, 'docker ps -a', 1, 'DOCKER_DAEMON_DOWN', 'permission denied'],
    [down, 'my-check', 1, 'CHECK_FAILED', 'exit code 1'],
    ['no such container', 'docker inspect x', 1, 'CHECK_FAILED', 'exit code 1'],
  ])('%s', (output, command, exitCode, code, message) => {
    const judged = judge(command, 'pass', { exitCode, output: Buffer.from(output) });
    expect(judged).toMatchObject({ verdict: 'fail', code });
    expect(judged.message).toContain(message);
  });
});

test('the detail is what it printed, without secrets and control characters', () => {
  const judged = judge('x', 'pass', { exitCode: 1, output: Buffer.from('\x1b[31mhunter2\n') });
  expect(judged.detail).toBe('\\x1b[31m[secret]');
});
