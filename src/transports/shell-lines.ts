import type { Hop } from '../domain/target.ts';
import { quote } from '../lib/quote.ts';

/** The command line by which an operator logs in to a machine. */
export function loginLine({ host, port, ssh }: Hop): string {
  return `ssh ${port === 22 ? '' : `-p ${port} `}${ssh.user}@${host}`;
}

/** What prints a machine's host keys as lines for known_hosts; run where the machine can be reached. */
export function scanLine({ port, ssh: { address, hostKeyAlias, jumps } }: Hop): string {
  const last = jumps.at(-1);
  const there = `ssh-keyscan -p ${port} ${address}`;
  const scanned = last === undefined ? there : `${loginLine(last)} ${there}`;
  // `s!^[^ ]*!alias!` puts the alias in place of the name that ssh-keyscan prints.
  return hostKeyAlias === null ? scanned : `${scanned} | sed ${quote(`s!^[^ ]*!${hostKeyAlias}!`)}`;
}
