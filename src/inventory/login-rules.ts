import { CONTROLS, EMPTY, rule } from './rules.ts';
import type { Words } from './words.ts';

/** The user to log in as; the signs are those that ssh(1) refuses as well (OpenSSH 9.6, valid_ruser). */
export const userRule = rule(EMPTY, CONTROLS, [
  (text) => /^-|[\s'"`;&<>|(){}$]|\\$/.test(text) || text.length > 255,
  'is not a user name',
  'A user name has no blanks, quotes or signs of the shell, and no dash at its start.',
]);

const JUMP =
  /^(?:ssh:\/\/)?(?:[^\s@,'"`;&<>|(){}$\\-][^\s@,'"`;&<>|(){}$\\]*@)?(?:\[[0-9A-Fa-f:.]+(?:%\w+)?\]|[A-Za-z0-9_][A-Za-z0-9._-]*)(?::[0-9]{1,5})?\/?$/;

/** Jump hosts as ssh -J takes them: `[user@]host[:port]`, an IPv6 address in brackets, several with commas. */
export const proxyJumpRule = rule(EMPTY, CONTROLS, [
  (text) => text.toLowerCase() !== 'none' && !text.split(',').every((jump) => JUMP.test(jump)),
  'is not a jump host',
  'proxyJump: bastion.example.com, or user@host:port; several with commas, without blanks; or none.',
]);

/** OpenDoas and BSD doas read a password from /dev/tty only (readpassphrase(3) with RPP_REQUIRE_TTY). */
export const DOAS_PASSWORD: Words = {
  message: 'cannot be doas together with a password: doas asks for it on a terminal only',
  hint: 'Leave the password out, and allow it without one in doas.conf on the agents: permit nopass core. Or use sudo.',
};
