import { describe, expect, test } from 'vitest';
import { vacuousWarning } from '../../src/checks/vacuous.ts';
import type { CheckResult } from '../../src/domain/outcome.ts';

const result = (command: string, vacuous: boolean | null): CheckResult => ({
  id: 'x',
  command,
  expect: 'pass',
  verdict: 'pass',
  exitCode: 0,
  vacuous,
  ms: 1,
});
const DOCKERD = 'ps -Aef | grep -q dockerd';
const RUNNER = 'ps -Aef | grep -q ./runner';

test('without such a command there is no warning', () => {
  expect(vacuousWarning([])).toBeNull();
  expect(vacuousWarning([result(DOCKERD, false), result('docker ps -a', null)])).toBeNull();
});

test('one warning names each command once, with one that proves something', () => {
  const warning = vacuousWarning([
    result(DOCKERD, true),
    result(RUNNER, true),
    result(DOCKERD, true),
    result('true', null),
  ]);
  expect(warning?.code).toBe('CHECK_VACUOUS');
  expect(warning?.message.match(/dockerd/g)).toHaveLength(1);
  expect(warning?.message).toContain(`\`${RUNNER}\``);
  expect(warning?.message).not.toContain('`true`');
  expect(warning?.hint).toContain("grep -qs '^[0-9]* (runner) [^ZX]' /proc/[0-9]*/stat");
  expect(warning?.hint).toContain(
    "grep -Eqs '^[0-9]+ [(](docker|dockerd|dockerd-current)[)] [^ZX]' /proc/[0-9]*/stat",
  );
});

describe('a replacement', () => {
  test('has none of the characters that old Mesos trips over', () => {
    expect(vacuousWarning([result('ps -Aef | grep -q a.sh', true)])?.hint).not.toMatch(/["$`\\]/);
  });
  test('is only promised where there is one', () => {
    const warning = vacuousWarning([result("ps -Aef | grep -q 'java -jar x'", true)]);
    expect(warning?.hint).toContain('a command that asks the program itself');
  });
});
