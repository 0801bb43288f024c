import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processPattern } from '../../src/checks/pattern.ts';

const DOCKERD = 'docker|dockerd|dockerd-current';

describe('a process is looked for by one literal pattern in', () => {
  test.each([
    ['ps -Aef | grep -q ./runner', 'ps -Aef | grep -q ZZ', 'runner'],
    ['ps -Aef | grep -q dockerd', 'ps -Aef | grep -q ZZ', DOCKERD],
    ['ps -Aef | grep -q /usr/bin/dockerd', 'ps -Aef | grep -q ZZ', DOCKERD],
    ['ps -Aef | grep docker', 'ps -Aef | grep ZZ', DOCKERD],
    ["ps aux|grep -qi 'Docker' >/dev/null 2>&1", 'ps aux|grep -qi ZZ >/dev/null 2>&1', `Docker|${DOCKERD}`],
    ['ps aux | grep -v grep | grep "x.sh"', 'ps aux | grep -v grep | grep ZZ', 'x[.]sh'],
    ['ps -e | grep -q -w -- java', 'ps -e | grep -q -w -- ZZ', 'java'],
    ['ps -e | grep -e java -q', 'ps -e | grep -e ZZ -q', 'java'],
    [
      'ps -e | /bin/grep --quiet --fixed-strings java',
      'ps -e | /bin/grep --quiet --fixed-strings ZZ',
      'java',
    ],
    ['ps -e | egrep -c java', 'ps -e | egrep -c ZZ', 'java'],
    ['ps -e | fgrep java  ', 'ps -e | fgrep ZZ  ', 'java'],
    ['pgrep -f ./runner', 'pgrep -f ZZ', 'runner'],
    ['pgrep runner', 'pgrep ZZ', 'runner'],
    ['pgrep --full --exact runner', 'pgrep --full --exact ZZ', 'runner'],
    ['ps -e | grep a-very-long-program-name', 'ps -e | grep ZZ', 'a-very-long-pro'],
    // The pattern is of a command line, or of a folder: no process has that name.
    ["ps -Aef | grep -q 'java -jar x.jar'", 'ps -Aef | grep -q ZZ', null],
    ['ps -Aef | grep -q /opt/x/', 'ps -Aef | grep -q ZZ', null],
    ['ps -Aef | grep -q user=x', 'ps -Aef | grep -q ZZ', null],
  ])('%s', (command, control, names) => {
    const pattern = processPattern(command);
    expect(pattern?.control('ZZ')).toBe(control);
    expect(pattern?.names).toBe(names);
  });
});

describe('nothing is claimed to be known about', () => {
  test.each([
    'docker ps -a',
    "ps -Aef | grep -q '[.]/runner'",
    "ps -Aef | grep -q '^root'",
    "ps -Aef | grep -q 'a*'",
    "ps -Aef | grep -qE 'a|b'",
    'ps -Aef | grep -q .',
    "ps -Aef | grep -q ''",
    'ps -Aef | grep -q $NAME',
    'ps -Aef | grep -q "$NAME"',
    'ps -Aef | grep -q run*',
    'ps -Aef | grep -qv runner',
    'ps -Aef | grep -L runner',
    'ps -Aef | grep -q -e a -e b',
    'ps -Aef | grep -q a -e b',
    'ps -Aef | grep -q -e',
    'ps -Aef | grep -q a file',
    'ps -Aef | grep -q -e a file',
    'ps -Aef | grep -f patterns',
    'ps -Aef | grep -q --color=auto a',
    'ps -Aef | grep -q a > found',
    'ps -Aef | grep -q a < list',
    'ps -Aef | grep -q a && docker ps',
    'ps -Aef | grep -q a || true',
    'ps -Aef | grep -q a; true',
    'ps -Aef | grep -q a &',
    '! ps -Aef | grep -q a',
    '(ps -Aef | grep -q a)',
    'ps -Aef | sudo grep -q a',
    'ps -Aef | grep -q a | cat',
    'ps -Aef | LANG=C grep -q a',
    'grep -q a /proc/1/comm',
    'grep -q a',
    'pgrep -u root a',
    'pgrep -v a',
    'pgrep -f a b',
    'pgrep',
    'pidof runner',
    'ps -Aef | awk /a/',
    "grep -qs '^[0-9]* (runner) [^ZX]' /proc/[0-9]*/stat",
    '',
  ])('%s', (command) => expect(processPattern(command)).toBeNull());
});

test('names are nothing but a list for grep -E: whatever the pattern is, they match themselves alone', () => {
  const name = fc.string({ unit: fc.constantFrom(...'aZ9_.-'), minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(name, fc.string(), (text, other) => {
      const names = processPattern(`ps -Aef | grep -q -- ${text}`)?.names;
      if (names === undefined || names === null || names === DOCKERD) return;
      const whole = new RegExp(`^(${names})$`);
      expect(whole.test(text)).toBe(true);
      if (other !== text) expect(whole.test(other)).toBe(false);
    }),
  );
});
