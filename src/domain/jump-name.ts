import { isIPv6 } from 'node:net';
import type { Hop } from './target.ts';

/** A jump host as ssh(1) takes it with -J: `user@host`, with its port where it is not 22. */
export function jumpName({ host, port, ssh }: Hop): string {
  const name = isIPv6(host) && port !== 22 ? `[${host}]` : host;
  return `${ssh.user}@${name}${port === 22 ? '' : `:${port}`}`;
}
