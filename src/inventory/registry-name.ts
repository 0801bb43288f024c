import { err, ok, type Result } from '../lib/result.ts';
import { isIpv6 } from './hosts.ts';
import { shown, type Words } from './words.ts';

/** Docker Hub's name, whatever it was called. */
const DOCKER_HUB = 'docker.io';
// Docker itself takes the first for Docker Hub (distribution/reference, legacyDefaultDomain). The others are hosts
// of Docker Hub that people name as well, but docker looks such image names up under that host.
const HUB_NAMES: ReadonlyMap<string, boolean> = new Map([
  ['docker.io', true],
  ['index.docker.io', true],
  ['registry-1.docker.io', false],
  ['registry.hub.docker.com', false],
  ['hub.docker.com', false],
]);

const BLANK = /[\s\u0000-\u001f\u007f-\u009f]/;
// distribution/reference, DomainRegexp: unlike the names of hosts it has no underscores.
const DOMAIN =
  /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** A registry's canonical name; `notDockers` where docker does not take the written name for it. */
export interface RegistryName {
  readonly name: string;
  readonly notDockers: boolean;
}

/** The canonical name of a registry: `host[:port]`, as image names start, `docker.io` for Docker Hub's aliases. */
export function readRegistryName(written: string): Result<RegistryName, Words> {
  const bare = written.replace(/^https:\/\/([^/]+)\/v[12]\/?$/, '$1');
  const known = HUB_NAMES.get((HUB_NAMES.has(bare.toLowerCase()) ? bare : written).toLowerCase());
  if (known !== undefined) return ok({ name: DOCKER_HUB, notDockers: !known });
  const words = registryFault(written);
  return words === null ? ok({ name: written, notDockers: false }) : err(words);
}

function registryFault(written: string): Words | null {
  if (BLANK.test(written))
    return { message: 'The registry holds a blank or a control character', hint: 'Write host or host:port.' };
  const host = written
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^[^/]*@/, '')
    .replace(/\/.*$/, '');
  const hint =
    host === '' ? 'Write host or host:port.' : `Write what image names start with: ${shown(host)}.`;
  // What stands before an @ may be a password, and is not repeated.
  if (written.includes('@')) return { message: 'The registry holds a user name', hint };
  if (written !== host) return { message: `The registry ${shown(written)} has a scheme or a path`, hint };
  const [, name = '', ipv6, port] = /^(\[(.*)\]|[^:]*)(?::(.*))?$/.exec(host) ?? [];
  if (port !== undefined && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_536)) {
    return {
      message: `The registry ${shown(host)} has no port from 1 to 65535`,
      hint: 'Write host or host:port.',
    };
  }
  const good = ipv6 === undefined ? DOMAIN.test(name) : isIpv6(ipv6);
  if (!good)
    return { message: `The registry ${shown(host)} is not a host name`, hint: 'Write host or host:port.' };
  // Without a dot or a port docker takes the first part of an image's name for a user of Docker Hub
  // (distribution/reference, splitDockerDomain).
  if (ipv6 !== undefined || port !== undefined || name.includes('.') || name === 'localhost') return null;
  return {
    message: `The registry ${shown(host)} has neither a dot nor a port, so docker takes it for a user of Docker Hub`,
    hint: `Write its full name, or ${shown(`${host}:443`)}, as image names start.`,
  };
}
