import { printable } from '../lib/printable.ts';

/** The canonical name of Docker Hub, as the inventory has it. */
const HUB = 'docker.io';
/** What docker looks Docker Hub's credential up by, and nothing else (docker/cli, registry.IndexServer). */
const HUB_KEY = 'https://index.docker.io/v1/';
const HUB_HOSTS = new Set([HUB, 'index.docker.io', 'registry-1.docker.io']);

/** The key of a registry in config.json: `docker.io` has a key of its own, any other registry its name. */
export function registryKey(name: string): string {
  return name === HUB ? HUB_KEY : name;
}

/**
 * What `docker login` gets as its server; empty for Docker Hub, because CLIs up to 17.03 store
 * `docker login docker.io` under a key that no pull ever looks up.
 */
export function loginServer(name: string): string {
  return name === HUB ? '' : name;
}

/** The host that serves a registry's API, with its port where it has one. */
export function registryHost(name: string): string {
  return name === HUB ? 'registry-1.docker.io' : name;
}

/** The registry that a key in a config.json of any age means; all of Docker Hub's spellings are `docker.io`. */
export function registryName(key: string): string {
  const host = hostOf(key);
  return HUB_HOSTS.has(host) ? HUB : host;
}

/**
 * Does docker find this stored key when it looks for a registry? Besides the key itself it takes `https://host/…`,
 * but not for Docker Hub (docker/cli, registry.ResolveAuthConfig).
 */
export function keyServes(stored: string, name: string): boolean {
  const key = registryKey(name);
  return stored === key || (key !== HUB_KEY && hostOf(stored) === key);
}

/** A key, fit to be shown: what stands before an `@` in it may be a user name with a password. */
export function shownKey(key: string): string {
  return printable(key.replace(/^.*@/s, '…@'), 200);
}

/** Scheme and path stripped, as docker's ConvertToHostname does. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
}
