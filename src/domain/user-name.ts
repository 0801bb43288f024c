/** useradd(8): what can be a user's name, and the dollar sign of machine accounts. su and runuser take no numbers. */
const USER = /^[A-Za-z_][\w.-]{0,254}\$?$/;

/** Can this be a user of an agent? What can is safe as a word of a command there. */
export function isUserName(text: string): boolean {
  return USER.test(text);
}
