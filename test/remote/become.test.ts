import { expect, test } from 'vitest';
import { type SudoRefusal, sudoRefusal } from '../../src/remote/become.ts';

test.each<[string, SudoRefusal | null]>([
  ['sudo: a password is required\n', 'password-needed'],
  ['sudo: sorry, a password is required to run sudo\n', 'password-needed'],
  ['sudo: no tty present and no askpass program specified\n', 'password-needed'],
  [
    'sudo: a terminal is required to read the password; either use the -S option to read from standard input or ' +
      'configure an askpass helper\nsudo: a password is required\n',
    'password-needed',
  ],
  ['sudo: interactive authentication is required\n', 'password-needed'],
  ['Welcome to agent-1\nLast login: today\nsudo: a password is required\n', 'password-needed'],
  ['ci is not in the sudoers file.  This incident will be reported.\n', 'refused'],
  ['ci is not in the sudoers file.\n', 'refused'],
  ['Sorry, user ci may not run sudo on agent-1.\n', 'refused'],
  ["Sorry, user ci is not allowed to execute '/bin/sh -c x node-prep' as root on agent-1.\n", 'refused'],
  ['sudo: sorry, you must have a tty to run sudo\n', 'refused'],
  [
    'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator\n',
    'refused',
  ],
  ['sudo: account validation failure, is your account locked?\n', 'refused'],
  ['sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\n', 'refused'],
  [
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set?\n",
    'refused',
  ],
  ['sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n', 'refused'],
  [
    'sudo: /etc/sudoers is owned by uid 1000, should be 0\nsudo: no valid sudoers sources found, quitting\n',
    'refused',
  ],
  ['sudo: unable to initialize policy plugin\n', 'refused'],
  ['sudo: unknown uid 12345: who are you?\n', 'refused'],
  ["sudo: I'm sorry ci. I'm afraid I can't do that\n", 'refused'],
  ['env: ‘sudo’: No such file or directory\n', 'missing'],
  ["env: 'sudo': No such file or directory\n", 'missing'],
  ['env: »sudo«: Datei oder Verzeichnis nicht gefunden\n', 'missing'],
  ["env: can't execute 'sudo': No such file or directory\n", 'missing'],
  ['env: sudo: No such file or directory\n', 'missing'],
  ['bash: line 1: sudo: command not found\n', 'missing'],
  ['sh: 1: sudo: not found\n', 'missing'],
  ["env: 'sudo': Permission denied\n", 'refused'],
  ['', null],
  ['This account is currently not available.\n', null],
  ['sh: 1: dd: not found\n', null],
  ['Read the sudo rules of this site before you go on.\n', null],
])('%j: %s', (stderr, refusal) => {
  expect(sudoRefusal(stderr)).toBe(refusal);
});
