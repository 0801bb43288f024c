/**
 * The command line that starts the remote script; the first `scriptBytes` bytes of its standard input are the script.
 * It is a constant but for that number, in words that every login shell reads alike (sh, bash, zsh, fish, tcsh), so
 * nothing from an inventory is ever read by one. dd takes what is there and never more than what is missing; a script
 * that is cut short, or whose beginning a login profile ate, is not evaluated. sudo is told to refuse in English.
 */
export function remoteCommand(become: 'none' | 'sudo', scriptBytes: number): string {
  if (!Number.isSafeInteger(scriptBytes) || scriptBytes < 1) throw new Error('a script has a length');
  const shell = `/bin/sh -c '${loader(scriptBytes)}' node-prep`;
  return become === 'sudo' ? `env LC_ALL=C LANGUAGE=C sudo -n ${shell}` : shell;
}

const loader = (size: number) =>
  `n=${size} s=; while [ "$n" -gt 0 ]; do c=$(dd bs="$n" count=1 2>/dev/null; echo .); c=\${c%.}; ` +
  `[ "$c" ] || exit 1; s=$s$c n=$((n-\${#c})); done; case $s in ": node-prep"*) eval "$s"; esac`;

/** Why sudo did not start the script. */
export type SudoRefusal = 'password-needed' | 'refused' | 'missing';

/** The words of sudo 1.8, 1.9 and sudo-rs, in English; the first that is found counts. */
const REFUSALS: readonly (readonly [SudoRefusal, RegExp])[] = [
  ['refused', /^env: .*sudo.*: Permission denied/m],
  // What env says comes in the login's language; that it names sudo is enough.
  ['missing', /^env: .*\bsudo\b|\bsudo: (command )?not found/m],
  ['refused', /is not in the sudoers file|may not run sudo|is not allowed to (execute|run)/],
  ['refused', /you must have a tty|account validation failure/],
  ['refused', /^sudo(-rs)?: .*(account|password)( has)? expired/im],
  ['refused', /no new privileges|setuid|effective uid is not 0|user file-owner|no valid sudoers/],
  [
    'refused',
    /^sudo(-rs)?: (unable to|error|parse error|unknown user|unknown uid|you do not exist|I'm sorry)/m,
  ],
  ['password-needed', /a password is required|a terminal is required|no askpass program|no tty present/],
  ['password-needed', /^sudo(-rs)?: .*authentication (is )?required/im],
];

/** Reads what came back instead of the script's hello: did sudo refuse, and why? Null: this is not sudo's doing. */
export function sudoRefusal(stderr: string): SudoRefusal | null {
  return REFUSALS.find(([, words]) => words.test(stderr))?.[0] ?? null;
}
