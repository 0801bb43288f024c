import { isIPv6 } from 'node:net';
import type { Hop } from '../domain/target.ts';
import { quote } from '../lib/quote.ts';

/** A jump host as ssh(1) takes it with -J: `user@host`, with its port where it is not 22. */
export function jumpName({ host, port, ssh }: Hop): string {
  const name = isIPv6(host) && port !== 22 ? `[${host}]` : host;
  return `${ssh.user}@${name}${port === 22 ? '' : `:${port}`}`;
}

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
