/** An image reference, taken apart as docker does it (distribution/reference: ParseNormalizedNamed). */
export interface ImageReference {
  /** As it was given. */
  readonly written: string;
  /** As the inventory names registries: `docker.io` for Docker Hub, with the port where there is one. */
  readonly registry: string;
  /** With `library/` before the name of an official image. */
  readonly repository: string;
  /** The tag (`latest` where none is written), or the digest where there is one. */
  readonly reference: string;
}

const HUB = 'docker.io';
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d{1,5})?$/;
const IPV6 = /^\[[0-9a-fA-F:]{2,45}\](?::\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/;

/** Takes an image reference apart; null for what docker would not take either. */
export function parseImage(written: string): ImageReference | null {
  if (written.length > 500) return null;
  const [named = '', digest, ...more] = written.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return null;
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const isDomain = /[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = isDomain ? first : HUB;
  const rest = isDomain ? named.slice(slash + 1) : named;
  if (isDomain && !DOMAIN.test(first) && !IPV6.test(first)) return null;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (!path.split('/').every((component) => COMPONENT.test(component))) return null;
  if (tag !== undefined && !TAG.test(tag)) return null;
  // What looks like a name, and is none: a port or a number that is too large.
  if (!URL.canParse(`https://${registry}/`)) return null;
  // docker/distribution knows these two names of Docker Hub, and no other.
  const hub = registry === HUB || registry === 'index.docker.io';
  const repository = hub && !path.includes('/') ? `library/${path}` : path;
  return { written, registry: hub ? HUB : registry, repository, reference: digest ?? tag ?? 'latest' };
}
