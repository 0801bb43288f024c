import type { BecomeWay } from '../domain/become.ts';

/**
 * The command line that starts the remote script; the first `scriptBytes` bytes of its standard input are the script.
 * It is a constant but for that number and the token, in words that every login shell reads alike (sh, bash, zsh,
 * fish, tcsh), so nothing from an inventory is ever read by one. dd takes what is there and never more than what is
 * missing; a script that is cut short, or whose beginning a login profile ate, is not evaluated. sudo and doas are
 * told to refuse in English.
 *
 * With a `token` (letters and digits, new for each conversation) sudo may ask for a password. Then the shell first
 * says that it has started: the answer `start`. Only after that may the script be sent: sudo would take it for the
 * password, and sudo-rs reads ahead. Without any input the command does nothing.
 */
export function remoteCommand(way: BecomeWay, scriptBytes: number, token: string | null = null): string {
  if (!Number.isSafeInteger(scriptBytes) || scriptBytes < 1) throw new Error('a script has a length');
  if (token !== null && (way !== 'sudo' || !/^[0-9a-z]{8,64}$/.test(token)))
    throw new Error('only sudo is given a password, and a token is made of 8 to 64 letters and digits');
  const started = token === null ? '' : `echo; echo ${token} done start; `;
  const shell = `/bin/sh -c '${started}${loader(scriptBytes)}' node-prep`;
  if (way === 'none') return shell;
  // sudo(8): %% in a prompt becomes one %. So no echo of this command line (set -x in a profile) holds the prompt.
  const asking = token === null ? '-n' : `-S -p '${token}%%:'`;
  return `env LC_ALL=C LANGUAGE=C ${way} ${way === 'sudo' ? asking : '-n'} ${shell}`;
}

const loader = (size: number) =>
  `n=${size} s=; while [ "$n" -gt 0 ]; do c=$(dd bs="$n" count=1 2>/dev/null; echo .); c=\${c%.}; ` +
  `[ "$c" ] || exit 1; s=$s$c n=$((n-\${#c})); done; case $s in ": node-prep"*) eval "$s"; esac`;

/** sudo's prompt, as it comes on standard error; sudo-rs writes more around it. */
export function promptOf(token: string): string {
  return `${token}%:`;
}

/**
 * Counts how often the prompt of this token has come, from standard error in pieces of any size. Total; it keeps less
 * than the length of the prompt.
 */
export function createPromptCount(token: string): (bytes: Uint8Array) => number {
  const prompt = Buffer.from(promptOf(token), 'latin1');
  let kept = Buffer.alloc(0);
  let count = 0;
  return (bytes) => {
    let rest = Buffer.concat([kept, bytes]);
    for (let at = rest.indexOf(prompt); at !== -1; at = rest.indexOf(prompt)) {
      count += 1;
      rest = rest.subarray(at + prompt.length);
    }
    // A copy, for the piece may be large and this may be kept for long.
    kept = Buffer.from(rest.subarray(Math.max(0, rest.length - prompt.length + 1)));
    return count;
  };
}

/** Did sudo ask again without any word of what was wrong? Then it may want a second factor. */
export function askedInSilence(stderr: string, token: string): boolean {
  const between = stderr.split(promptOf(token)).slice(1, -1).join('');
  // What sudo-rs writes after its prompt.
  return !/\p{L}/u.test(between.replace(/^ ?\] Password: ?/, ''));
}
