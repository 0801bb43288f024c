import { expect, test } from 'vitest';
import { verifyVerb } from '../../src/checks/verify.ts';

test('the three checks that an inventory has when it names none', () => {
  const checks = [
    { id: 'runner', command: 'ps -Aef | grep -q ./runner', expect: 'runnable', timeoutMs: 20_000 },
    { id: 'dockerd', command: 'ps -Aef | grep -q dockerd', expect: 'pass', timeoutMs: 20_000 },
    { id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: 1_500 },
  ] as const;
  expect(verifyVerb(checks, 'qzjxwv')).toEqual({
    verb: 'verify',
    checks: [
      {
        seconds: 20,
        command: 'ps -Aef | grep -q ./runner',
        control: 'ps -Aef | grep -q qzjxwv',
        names: 'runner',
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
