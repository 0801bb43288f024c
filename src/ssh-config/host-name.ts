import { isIPv6 } from 'node:net';
import { lowerCase } from './words.ts';

/**
 * A name as ssh connects to it: names in lower case, addresses in their shortest form (ssh.c: is_addr_fast,
 * resolve_canonicalize). `127.1` is an address too (inet_aton(3)), which the URL parser reads alike.
 */
export function canonicalName(name: string): string {
  if (/^\d+(?:\.\d+){0,3}$/.test(name)) return urlHost(name) ?? name;
  if (!name.includes(':')) return lowerCase(name);
  if (!isIPv6(name) || /[%.]/.test(name)) return name;
  const shortest = urlHost(`[${name}]`)?.slice(1, -1) ?? name;
  return shortest === lowerCase(name) ? name : shortest;
}

function urlHost(host: string): string | null {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
}
