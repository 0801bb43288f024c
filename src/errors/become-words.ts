/** Why sudo or doas did not start the script as root. */
export type BecomeTrouble =
  /** It may not run what it was asked to run, or nothing at all. */
  | 'not-allowed'
  /** It refused the password. */
  | 'password'
  /** It asks for more than a password. */
  | 'more'
  /** It starts nothing without a terminal (requiretty). */
  | 'terminal'
  /** The account, or its password, has expired or is locked. */
  | 'account'
  /** It does not work at all: no setuid bit, a broken configuration. */
  | 'broken'
  | 'missing'
  /** It did not wait for the password any longer. */
  | 'late'
  /** It was given the password, and ended without starting anything, in words that are not known. */
  | 'unclear'
  /** It worked, but as another user than root. */
  | 'not-root';

interface Words {
  /** The end of a sentence. */
  readonly reason: string;
  readonly hint: string;
  /** For doas, where sudo's hint does not fit. */
  readonly doas?: string;
}

const ALLOW_SUDO =
  'Allow it in sudoers there: {user} ALL=(ALL) NOPASSWD: ALL (without NOPASSWD: set become.password); or connect as root.';
const ALLOW_DOAS = 'Allow it in doas.conf there: permit nopass {user}; or connect as root.';

const WORDS: Readonly<Record<BecomeTrouble, Words>> = {
  'not-allowed': {
    reason: '{method} does not allow {user} to run /bin/sh as root',
    hint: ALLOW_SUDO,
    doas: ALLOW_DOAS,
  },
  password: {
    reason: 'sudo refused the password for {user}',
    hint: "Check become.password (with rootpw or targetpw in sudoers sudo asks for root's). It is tried nowhere else in this run.",
  },
  more: {
    reason: 'sudo asks {user} for more than a password, or refuses it without a word',
    hint: 'A second factor cannot be given: allow {user} NOPASSWD in sudoers there, or connect as root. Else check become.password.',
  },
  terminal: {
    reason: 'sudo starts nothing for {user} without a terminal (requiretty)',
    hint: 'Allow it in sudoers there: Defaults:{user} !requiretty',
  },
  account: {
    reason: 'the account of {user} there, or its password, has expired or is locked',
    hint: 'As root on {host}: chage -l {user} shows what has expired, passwd -S {user} whether it is locked.',
  },
  broken: {
    reason: '{method} does not work there',
    hint: 'Its own words are in the detail. Log in as {user} and try: {method} -n true',
  },
  missing: {
    reason: 'there is no {method}',
    hint: 'Install it, set become.method to what is there (sudo or doas), or connect as root.',
  },
  late: {
    reason: 'sudo did not wait for the password any longer, while another agent was proving it',
    hint: 'Run again with --resume. passwd_timeout in sudoers says how long sudo waits.',
  },
  unclear: {
    reason: 'sudo was given the password for {user}, and ended without starting anything',
    hint: 'Its own words are in the detail. Check become.password; it is tried nowhere else in this run.',
  },
  'not-root': {
    reason: '{method} worked, but did not make {user} root',
    hint: 'sudo must run commands as root there: look for runas_default in sudoers.',
    doas: ALLOW_DOAS,
  },
};

type Values = Readonly<Record<string, string | number>>;

/** What to do where BECOME_PASSWORD_NEEDED; `{user}` is to be filled in. */
export function passwordHint({ method }: Values): string {
  return method === 'doas'
    ? 'doas asks on a terminal only. Allow it without: permit nopass {user} in doas.conf there; or use sudo with become.password.'
    : 'Set become.password, or allow it without one in sudoers there: {user} ALL=(ALL) NOPASSWD: ALL; or connect as root.';
}

/** Why BECOME_REFUSED, by the value `trouble`; `{user}` and `{method}` are to be filled in. */
export function becomeReason(values: Values): string {
  return wordsOf(values)?.reason ?? '{trouble}';
}

/** What to do about it. */
export function becomeHint(values: Values): string {
  const words = wordsOf(values);
  return (values.method === 'doas' ? words?.doas : undefined) ?? words?.hint ?? ALLOW_SUDO;
}

function wordsOf({ trouble }: Values): Words | undefined {
  return Object.entries(WORDS).find(([name]) => name === trouble)?.[1];
}
