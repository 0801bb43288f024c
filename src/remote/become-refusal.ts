import type { BecomeWay } from '../domain/become.ts';
import type { BecomeTrouble } from '../errors/become-words.ts';

/** What sudo or doas said in place of starting anything. */
export type BecomeRefusal = 'password-needed' | Exclude<BecomeTrouble, 'more' | 'unclear' | 'not-root'>;

type Table = readonly (readonly [BecomeRefusal, RegExp])[];

/** The words of sudo 1.8 and 1.9 and of sudo-rs, in English; the first that is found counts. */
const SUDO: Table = [
  ['not-allowed', /^env: .*sudo.*: Permission denied/m],
  // What env says comes in the login's language; that it names sudo is enough.
  ['missing', /^env: .*\bsudo\b|\bsudo: (command )?not found/m],
  ['password', /^sudo(-rs)?: (Maximum )?\d+ incorrect (password|authentication) attempt/m],
  ['password', /^sudo(-rs)?: Incorrect authentication attempt/m],
  ['not-allowed', /is not in the sudoers file|^Sorry, user .* (may not run|is not allowed to)/m],
  ['not-allowed', /I'm sorry .*\. I'm afraid I can't do that|^sudo(-rs)?: Sorry, user/m],
  ['terminal', /you must have a tty to run sudo/],
  ['account', /account validation failure|^sudo(-rs)?: PAM account management error/im],
  ['account', /^sudo(-rs)?: .*(account|password)( has| is)? expired/im],
  ['late', /^sudo(-rs)?: timed out/m],
  ['password-needed', /a (password|terminal) is required|no askpass program|no tty present/i],
  ['password-needed', /^sudo(-rs)?: .*(authentication|interaction) (is )?required/im],
  // What sudo-rs 0.2 says with -n.
  ['password-needed', /^sudo(-rs)?: PAM error: Authentication token manipulation error/m],
  ['broken', /no new privileges|setuid|effective uid is not 0|user file-owner|no valid sudoers/],
  // That it cannot resolve its own host's name is a warning only.
  ['broken', /^sudo(-rs)?: (unable to (?!resolve host)|error|parse error|PAM error|invalid configuration)/m],
  ['broken', /^sudo(-rs)?: (unknown user|unknown uid|you do not exist|unrecognized|invalid option)/m],
];

/** The words of OpenDoas 6.8 and of OpenBSD's doas, which the BSD ports share. */
const DOAS: Table = [
  ['not-allowed', /^env: .*doas.*: Permission denied/m],
  ['missing', /^env: .*\bdoas\b|\bdoas: (command )?not found/m],
  ['account', /account (has )?expired|password (has )?expired/i],
  ['password-needed', /^doas: (Authentication|Authorization) required|^doas: a tty is required/m],
  ['not-allowed', /^doas: (Operation|Command) not permitted|^doas: doas is not enabled/m],
  ['broken', /^doas: /m],
];

/**
 * Reads what came back instead of the script's hello, with the prompts taken out: did sudo or doas refuse, and why?
 * Null: this is not their doing.
 */
export function becomeRefusal(way: BecomeWay, said: string): BecomeRefusal | null {
  if (way === 'none') return null;
  return (way === 'sudo' ? SUDO : DOAS).find(([, words]) => words.test(said))?.[0] ?? null;
}
