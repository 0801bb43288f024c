import { describe, expect, test } from 'vitest';
import { controlLenders, verifyVerb, withLentControl } from '../../src/checks/verify.ts';
import type { CheckAnswer } from '../../src/remote/answer.ts';

test('the three checks that an inventory has when it names none', () => {
  const checks = [
    { id: 'runner', command: 'ps -Aef | grep -q ./runner', expect: 'runnable', timeoutMs: 20_000 },
    { id: 'dockerd', command: 'ps -Aef | grep -q dockerd', expect: 'pass', timeoutMs: 20_000 },
    { id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: 1_500 },
  ] as const;
  expect(verifyVerb(checks, 'qzjxwv', controlLenders(checks))).toEqual({
    verb: 'verify',
    checks: [
      {
        seconds: 20,
        command: 'ps -Aef | grep -q ./runner',
        // It borrows the one of the next, which is the same; and nobody asks whether it is true.
        control: null,
        names: null,
        words: ['ps', 'grep'],
      },
      {
        seconds: 20,
        command: 'ps -Aef | grep -q dockerd',
        control: 'ps -Aef | grep -q qzjxwv',
        names: 'docker|dockerd|dockerd-current',
        words: ['ps', 'grep'],
      },
      { seconds: 2, command: 'docker ps -a', control: null, names: null, words: ['docker'] },
    ],
  });
});

test('a deadline of less than a second is a whole one for the agent, which counts in seconds', () => {
  const check = { id: 'x', command: 'true', expect: 'pass', timeoutMs: 1 } as const;
  expect(verifyVerb([check], 'qzj')).toMatchObject({ checks: [{ seconds: 1 }] });
});

describe('one control for commands that differ in nothing but their pattern:', () => {
  type Written = readonly [command: string, expect: 'pass' | 'runnable'];
  const lenders = (checks: readonly Written[]) =>
    controlLenders(
      checks.map(([command, expect], id) => ({ id: String(id), command, expect, timeoutMs: 1 })),
    );
  test.each<[string, Written[], number[]]>([
    [
      'the first that must pass lends it',
      [
        ['ps | grep a', 'runnable'],
        ['ps | grep b', 'pass'],
      ],
      [1, 1],
    ],
    [
      'else the first',
      [
        ['ps | grep a', 'runnable'],
        ['ps | grep b', 'runnable'],
      ],
      [0, 0],
    ],
    [
      'all borrow from one',
      [
        ['ps | grep a', 'pass'],
        ['true', 'pass'],
        ['ps | grep b', 'pass'],
      ],
      [0, 1, 0],
    ],
    [
      'another option is another command',
      [
        ['ps | grep a', 'pass'],
        ['ps | grep -q a', 'pass'],
      ],
      [0, 1],
    ],
    [
      'another program too',
      [
        ['ps -A | grep a', 'pass'],
        ['ps -e | grep a', 'pass'],
      ],
      [0, 1],
    ],
    [
      'where there is no pattern, there is none',
      [
        ['true', 'pass'],
        ['true', 'pass'],
      ],
      [0, 1],
    ],
    [
      'the same command twice',
      [
        ['pgrep a', 'pass'],
        ['pgrep a', 'pass'],
      ],
      [0, 0],
    ],
  ])('%s', (_, checks, expected) => expect(lenders(checks)).toEqual(expected));

  test('left out, each has its own', () => {
    const checks = ['a', 'b'].map(
      (name) => ({ id: name, command: `ps | grep ${name}`, expect: 'pass', timeoutMs: 1 }) as const,
    );
    const control = 'ps | grep qzj';
    expect(verifyVerb(checks, 'qzj')).toMatchObject({ checks: [{ control }, { control }] });
  });

  const said: CheckAnswer = {
    index: 0,
    exitCode: 0,
    timedOut: false,
    controlCode: null,
    alive: 'yes',
    missing: [],
    output: new Uint8Array(),
  };
  test.each([
    ['it said no', { exitCode: 1 }, undefined, { exitCode: 1, controlCode: null }],
    ['it hung', { timedOut: true }, undefined, { timedOut: true, controlCode: null }],
    ['the lender’s says yes to anything', {}, { controlCode: 0 }, { exitCode: 0, controlCode: 0 }],
    ['the lender’s does not', {}, { controlCode: 1 }, { controlCode: 1, alive: 'yes' }],
    ['no answer from the lender yet', {}, undefined, null],
    // What it says of itself is no proof of the command’s form: ps may cut off a long pattern, and not a short one.
    ['the lender said no, so its control was not run', {}, { exitCode: 1 }, null],
    ['the lender’s hung', {}, { controlCode: 'timed-out' }, null],
  ] as const)('%s', (_, own, lender, expected) => {
    const whole = withLentControl(
      { ...said, ...own },
      lender === undefined ? lender : { ...said, ...lender },
    );
    if (expected === null) expect(whole).toBeNull();
    else expect(whole).toMatchObject(expected);
  });
});
