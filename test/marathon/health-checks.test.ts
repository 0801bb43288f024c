import { describe, expect, test } from 'vitest';
import {
  app,
  check,
  corrected,
  correctionOf,
  findingsOf,
  found,
  type Members,
  RUNNER,
  the,
  type Value,
} from './support.ts';

const DOCKERD = "grep -Eqs '^[0-9]+ [(](docker|dockerd|dockerd-current)[)] [^ZX]' /proc/[0-9]*/stat";
const checking = (...healthChecks: Value[]) => app({ healthChecks });
const command = (value: string) => checking(check(value));
const commandIn = (value: Value) => (value as { command: { value: string } }).command.value;

describe('APP_CHECKS_DROPPED', () => {
  const blog = checking(
    check('ps -Aef | grep -q ./runner', { gracePeriodSeconds: 300, intervalSeconds: 60, timeoutSeconds: 20 }),
    check('ps -Aef | grep -q dockerd', {
      gracePeriodSeconds: 60,
      intervalSeconds: 30,
      maxConsecutiveFailures: 5,
    }),
    { protocol: 'HTTP', path: '/' },
    check('docker ps -a'),
  );

  test('is said once; the correction is one check in place of the first, and the others are left', () => {
    expect(found(blog).filter((line) => line.startsWith('APP_CHECKS_DROPPED'))).toEqual([
      'APP_CHECKS_DROPPED $.healthChecks',
    ]);
    const finding = the('APP_CHECKS_DROPPED', blog);
    expect(finding.message).toMatch(/^The app has 3 COMMAND health checks, but Mesos runs one per task/);
    expect(correctionOf(finding)?.value).toEqual([
      check(`${RUNNER} && ${DOCKERD} && docker ps -a`, {
        gracePeriodSeconds: 300,
        intervalSeconds: 30,
        timeoutSeconds: 20,
        maxConsecutiveFailures: 5,
      }),
      { protocol: 'HTTP', path: '/' },
    ]);
    expect(found(corrected(blog, finding))).toEqual([]);
  });

  test.each([
    ['one COMMAND check', command(RUNNER)],
    [
      'checks that Marathon does, and those that are no commands',
      checking(check(RUNNER), { protocol: 'HTTP' }, { protocol: 'TCP' }, { protocol: 'MESOS_HTTP' }),
    ],
    ['no checks', checking()],
  ])('is not said of %s', (_, value) => {
    expect(found(value)).toEqual([]);
  });

  test.each([
    [['a', 'b | c'], 'a && b | c'],
    [['a || b', 'c; d'], '(a || b) && (c; d)'],
    [['a # why', 'b'], '(a # why\n) && b'],
    [['a\nb', 'c'], '(a\nb\n) && c'],
    [['a &', 'b'], '(a &) && b'],
    [['exec a', 'exit 0'], '(exec a) && (exit 0)'],
    [['! a', 'b'], '! a && b'],
    [['a', 'a'], 'a'],
    [['  a ', ' b '], 'a && b'],
    [['test "x" = y', 'b'], "test 'x' = y && b"],
    [['test $x', 'b'], 'test $x && b'],
  ])('%j become one command', (commands, combined) => {
    const finding = the('APP_CHECKS_DROPPED', checking(...commands.map((value) => check(value))));
    const [first] = (correctionOf(finding)?.value ?? []) as Value[];
    expect(commandIn(first ?? null)).toBe(combined);
  });

  test('no limit and no second chance are not taken over', () => {
    const none = { timeoutSeconds: 0, maxConsecutiveFailures: 0 };
    const finding = the('APP_CHECKS_DROPPED', checking(check('a', none), check('b')));
    expect(correctionOf(finding)?.value).toEqual([
      check('a && b', { timeoutSeconds: 20, maxConsecutiveFailures: 3 }),
    ]);
  });
});

describe('APP_CHECK_VACUOUS', () => {
  test.each([
    ['ps -Aef | grep -q ./runner', RUNNER],
    ['ps -Aef | grep -q dockerd', DOCKERD],
    ['ps aux | grep java | grep -q runner', RUNNER],
    ['/bin/ps ax|grep runner >/dev/null', RUNNER],
    ['ps -eo pid,args | grep -q runner', RUNNER],
    ['ps -e | grep -q runner', RUNNER],
    ['pgrep -f ./runner', RUNNER],
    ['pgrep --full runner', RUNNER],
    ["ps -ef | grep -q 'java -jar x.jar'", "ps -ef | grep -q '[j]ava -jar x.jar'"],
    ['ps -ef | grep -q /opt/x/', "ps -ef | grep -q '/[o]pt/x/'"],
  ])('is said of %s', (value, better) => {
    const finding = the('APP_CHECK_VACUOUS', command(value));
    expect(finding).toMatchObject({ severity: 'warning', path: '$.healthChecks[0].command.value' });
    expect(commandIn(correctionOf(finding)?.value ?? null)).toBe(better);
    expect(found(corrected(command(value), finding))).toEqual([]);
  });

  test.each([
    'docker ps | grep -q runner',
    'curl -s localhost | grep -q ok',
    'ps -ef | grep -v grep | grep -q runner',
    'ps -ef | grep -qx runner',
    'ps -eo comm | grep -q runner',
    'ps -C runner | grep -q runner',
    "ps -ef | grep -q '[r]unner'",
    'pgrep runner',
    'pgrep -fx ./runner',
    'docker ps -a',
    'ps -ef',
    '! ps -ef | grep -q runner',
  ])('is not said of %s', (value) => {
    expect(found(command(value))).toEqual([]);
  });

  test('where only busybox shows command lines, it is told', () => {
    expect(the('APP_CHECK_VACUOUS', command('ps -e | grep x')).message).toContain('busybox');
    expect(the('APP_CHECK_VACUOUS', command('ps aux | grep x')).message).not.toContain('busybox');
  });
});

describe('APP_CHECK_HOST_EXPANDED', () => {
  test.each([
    ['test "$(cat /x)" = y', 'sh /health-check.sh'],
    ['curl localhost:$PORT0', 'sh /health-check.sh'],
    ['test `id -u` = 0', 'sh /health-check.sh'],
    ["echo 'a\"b' | grep -q x*", 'sh /health-check.sh'],
    ['curl -H "A: b" localhost', "curl -H 'A: b' localhost"],
    ['grep -q a\\.b /x', "grep -q 'a.b' /x"],
  ])('is said of %s', (value, better) => {
    const finding = the('APP_CHECK_HOST_EXPANDED', command(value));
    expect(finding.severity).toBe('warning');
    expect(commandIn(correctionOf(finding)?.value ?? null)).toBe(better);
    expect(found(corrected(command(value), finding))).toEqual([]);
  });

  test.each([
    [null, 1],
    ['1.1.1', 1],
    ['1.6.322', 1],
    ['something', 1],
    ['0.15.0', 1],
    ['1.7.174', 0],
    ['1.11.24', 0],
    ['2.0.0', 0],
  ])('from a Marathon of version %s', (version, count) => {
    const marathon = { version };
    expect(findingsOf(command('test $x'), { marathon })).toHaveLength(count);
  });

  test('is not said where no docker is between', () => {
    const shell: Members = { healthChecks: [check('test $PORT0')], container: null, cmd: 'sleep 1' };
    expect(found(app(shell))).toEqual([]);
    expect(found(command(RUNNER))).toEqual([]);
  });
});

describe('numbers of a COMMAND check', () => {
  test('APP_CHECK_NO_FAILURES_ALLOWED', () => {
    const value = checking(check('a', { maxConsecutiveFailures: 0, timeoutSeconds: 20 }));
    expect(found(value)).toEqual(['APP_CHECK_NO_FAILURES_ALLOWED $.healthChecks[0].maxConsecutiveFailures']);
    const finding = the('APP_CHECK_NO_FAILURES_ALLOWED', value);
    expect(correctionOf(finding)?.value).toEqual(
      check('a', { maxConsecutiveFailures: 3, timeoutSeconds: 20 }),
    );
    expect(found(checking({ protocol: 'HTTP', maxConsecutiveFailures: 0 }))).toEqual([]);
    expect(found(checking(check('a', { maxConsecutiveFailures: 1 })))).toEqual([]);
  });

  test.each([
    [1, 'is under 5 seconds'],
    [4, 'is under 5 seconds'],
    [0, 'is no limit for Mesos'],
  ])('APP_CHECK_TIMEOUT_SHORT: %d', (timeoutSeconds, words) => {
    const value = checking(check('a', { timeoutSeconds }));
    expect(found(value)).toEqual(['APP_CHECK_TIMEOUT_SHORT $.healthChecks[0].timeoutSeconds']);
    const finding = the('APP_CHECK_TIMEOUT_SHORT', value);
    expect(finding.message).toContain(words);
    expect(found(corrected(value, finding))).toEqual([]);
  });

  test.each([
    ['five seconds', check('a', { timeoutSeconds: 5 })],
    ['the default', check('a')],
    ['a check that Marathon does', { protocol: 'HTTP', timeoutSeconds: 1 }],
  ])('no APP_CHECK_TIMEOUT_SHORT with %s', (_, one) => {
    expect(found(checking(one))).toEqual([]);
  });
});
