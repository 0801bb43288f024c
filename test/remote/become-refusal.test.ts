import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BecomeRefusal, becomeRefusal } from '../../src/remote/become-refusal.ts';

const RESOLVE = 'sudo: unable to resolve host agent-1: Name or service not known\n';

describe('sudo', () => {
  test.each<[string, BecomeRefusal | null]>([
    // Without a password: sudo -n.
    ['sudo: a password is required\n', 'password-needed'],
    ['sudo: sorry, a password is required to run sudo\n', 'password-needed'],
    ['sudo: no tty present and no askpass program specified\n', 'password-needed'],
    [
      'sudo: a terminal is required to read the password; either use the -S option to read from standard input or ' +
        'configure an askpass helper\nsudo: a password is required\n',
      'password-needed',
    ],
    ['sudo: interactive authentication is required\n', 'password-needed'],
    ['sudo-rs: interactive authentication is required\n', 'password-needed'],
    ['sudo: Interaction is required\n', 'password-needed'],
    ['sudo-rs: PAM error: Authentication token manipulation error\n', 'password-needed'],
    ['sudo: Authentication required but not attempted\n', 'password-needed'],
    ['sudo: A terminal is required to authenticate\n', 'password-needed'],
    ['Welcome to agent-1\nLast login: today\nsudo: a password is required\n', 'password-needed'],
    // A warning before it is none of its doing.
    [`${RESOLVE}sudo: a password is required\n`, 'password-needed'],
    [RESOLVE, null],

    // With one: what is left once the prompts are taken out.
    ['sudo: 1 incorrect password attempt\n', 'password'],
    ['Sorry, try again.\n\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n', 'password'],
    ['sudo: 3 incorrect password attempts\n', 'password'],
    ['[sudo: ] Password: \nsudo-rs: Maximum 1 incorrect authentication attempts\n', 'password'],
    ['sudo: 3 incorrect authentication attempts\n', 'password'],
    ['sudo: Incorrect authentication attempt\n', 'password'],
    ['\nsudo: timed out reading password\nsudo: a password is required\n', 'late'],
    ['sudo-rs: timed out\n', 'late'],

    ['ci is not in the sudoers file.  This incident will be reported.\n', 'not-allowed'],
    [
      'ci is not in the sudoers file.\nThis incident has been reported to the administrator.\n',
      'not-allowed',
    ],
    ['Sorry, user ci may not run sudo on agent-1.\n', 'not-allowed'],
    [
      "Sorry, user ci is not allowed to execute '/bin/sh -c x node-prep' as root on agent-1.\n",
      'not-allowed',
    ],
    ['sudo: Sorry, user ci may not run /bin/sh on agent-1.\n', 'not-allowed'],
    ["sudo: I'm sorry ci. I'm afraid I can't do that\n", 'not-allowed'],
    ["sudo-rs: I'm sorry ci. I'm afraid I can't do that\n", 'not-allowed'],
    ["env: 'sudo': Permission denied\n", 'not-allowed'],

    ['sudo: sorry, you must have a tty to run sudo\n', 'terminal'],

    [
      'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator\n',
      'account',
    ],
    ['sudo: account validation failure, is your account locked?\nsudo: a password is required\n', 'account'],
    ['sudo: Account validation failure, is your account locked?\n', 'account'],
    ['sudo: Account or password is expired, reset your password and try again\n', 'account'],
    ['sudo: Password expired, contact your system administrator\n', 'account'],
    [
      'sudo: PAM account management error: Authentication service cannot retrieve authentication info\n' +
        'sudo: a password is required\n',
      'account',
    ],

    ['sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\n', 'broken'],
    [
      "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set?\n",
      'broken',
    ],
    ['sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n', 'broken'],
    [
      'sudo: /etc/sudoers is owned by uid 1000, should be 0\nsudo: no valid sudoers sources found, quitting\n',
      'broken',
    ],
    ['sudo: unable to initialize policy plugin\n', 'broken'],
    ['sudo: unknown uid 12345: who are you?\n', 'broken'],
    ['sudo-rs: PAM error: Critical error - immediate abort\n', 'broken'],

    ['env: ‘sudo’: No such file or directory\n', 'missing'],
    ["env: 'sudo': No such file or directory\n", 'missing'],
    ['env: »sudo«: Datei oder Verzeichnis nicht gefunden\n', 'missing'],
    ["env: can't execute 'sudo': No such file or directory\n", 'missing'],
    ['env: sudo: No such file or directory\n', 'missing'],
    ['bash: line 1: sudo: command not found\n', 'missing'],
    ['sh: 1: sudo: not found\n', 'missing'],

    ['', null],
    ['This account is currently not available.\n', null],
    ['sh: 1: dd: not found\n', null],
    ['Read the sudo rules of this site before you go on.\n', null],
    ['doas: Operation not permitted\n', null],
  ])('%j: %s', (said, refusal) => {
    expect(becomeRefusal('sudo', said)).toBe(refusal);
  });
});

describe('doas', () => {
  test.each<[string, BecomeRefusal | null]>([
    // OpenDoas with PAM, OpenDoas with shadow, OpenBSD.
    ['doas: Authentication required\n', 'password-needed'],
    ['doas: Authorization required\n', 'password-needed'],
    ['doas: a tty is required\n', 'password-needed'],
    ['doas: Operation not permitted\n', 'not-allowed'],
    ['doas: doas is not enabled, /etc/doas.conf: No such file or directory\n', 'not-allowed'],
    ["env: 'doas': Permission denied\n", 'not-allowed'],
    [
      'Your account has expired; please contact your system administrator.\ndoas: Authentication failed\n',
      'account',
    ],
    ['doas: Authorization failed\n', 'broken'],
    ['doas: not installed setuid\n', 'broken'],
    ['doas: syntax error at line 4\n', 'broken'],
    ['doas: /etc/doas.conf is writable by group or other\n', 'broken'],
    ['doas: /bin/sh: command not found\n', 'broken'],
    ["env: 'doas': No such file or directory\n", 'missing'],
    ["env: can't execute 'doas': No such file or directory\n", 'missing'],
    ['sh: 1: doas: not found\n', 'missing'],
    ['fish: doas: command not found\n', 'missing'],
    ['', null],
    ['This account is currently not available.\n', null],
    ['sudo: a password is required\n', null],
  ])('%j: %s', (said, refusal) => {
    expect(becomeRefusal('doas', said)).toBe(refusal);
  });
});

test('whoever needs neither is refused by neither', () => {
  expect(becomeRefusal('none', 'sudo: a password is required\ndoas: Operation not permitted\n')).toBeNull();
});

test('whatever an agent says, it takes no time to read', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('sudo', ': ', 'Sorry, user ', "I'm sorry ", 'env: ', '\n', ' may', 'x'), {
        maxLength: 2_000,
      }),
      (parts) => {
        expect(() => becomeRefusal('sudo', parts.join(''))).not.toThrow();
        expect(() => becomeRefusal('doas', parts.join(''))).not.toThrow();
      },
    ),
    { numRuns: 30 },
  );
});
