import { printable } from '../lib/printable.ts';
import type { Doubt, Place, Where } from './config.ts';
import { expandTilde, expandTokens, localTokens } from './expand.ts';
import { placeName } from './place.ts';

/** Where the system's ssh_config lies. */
export const SYSTEM_FOLDER = '/etc/ssh';

/**
 * The absolute pattern of an Include: relative ones start in ~/.ssh, those of the system's file in /etc/ssh. Tokens
 * and the environment are replaced, as by OpenSSH 9.9 and later, but for those of a host: that is a doubt. Null for a
 * user that is not there, which matches nothing.
 */
export function includePath(
  pattern: string,
  fromUser: boolean,
  { file, line }: Place,
  where: Where,
): string | Doubt | null {
  const expanded = expandTokens(pattern, localTokens(where), where.env);
  if (!expanded.ok) {
    return {
      code: 'SSH_CONFIG_NOT_HONOURED',
      message: `Include ${printable(pattern, 300)} in ${placeName(file, line)} is passed over: ${expanded.error}.`,
      hint: 'Name the files without it, or give the agents that need them ssh: { transport: openssh }.',
    };
  }
  const path = expandTilde(expanded.value, where);
  if (!path.ok || path.value.startsWith('/')) return path.ok ? path.value : null;
  return `${fromUser ? `${where.home}/.ssh` : SYSTEM_FOLDER}/${path.value}`;
}
