import { type ImageReference, parseImage } from '../domain/image.ts';
import { foldList } from '../domain/names.ts';
import { archivePaths } from './archive-fetched.ts';
import { fileUriOf } from './file-uri.ts';
import { elements, member } from './json.ts';
import type { Case, Correction, Fault, Rule } from './rule.ts';
import type { Fetched } from './shape.ts';

const HUB = 'docker.io';
/** Hosts of Docker Hub that people write before image names; docker takes them for registries of their own. */
const HUB_HOSTS = new Set(['registry-1.docker.io', 'registry.hub.docker.com', 'hub.docker.com']);

/** The registry of the image has to be one that the archive holds a credential of, under the name docker looks for. */
export const registryCovered: Rule = (it) => {
  const { shape } = it;
  const image = shape.image === null ? null : parseImage(shape.image);
  // With a pullConfig Mesos brings a credential of its own.
  if (
    image === null ||
    (shape.containerType === 'MESOS' && member(shape.docker ?? {}, 'pullConfig') !== undefined)
  )
    return [];
  const found = hubName(it, image) ?? notThere(it, image) ?? notEverywhere(it, image) ?? notUsed(it, image);
  if (found === null) return [];
  return [{ code: 'APP_REGISTRY_NOT_COVERED', way: imageWay(it), ...found }];
};

type Found = Pick<Fault, 'message' | 'hint' | 'correction'> | null;

const imageWay = ({ shape }: Case) => [...shape.way, 'container', 'docker', 'image'];

/** Does every agent's archive hold this registry? */
function everywhere({ around }: Case, registry: string): boolean {
  return (
    around.registries.includes(registry) &&
    around.targets.every(({ registries }) => registries.includes(registry))
  );
}

function hubName(it: Case, image: ImageReference): Found {
  if (!HUB_HOSTS.has(image.registry.toLowerCase())) return null;
  const more = everywhere(it, HUB) ? '' : `, and add ${it.shown(HUB)} to the "registries" of all its agents`;
  return {
    message: `Docker looks for the credential of ${it.shown(image.written)} under ${it.shown(image.registry)}, which is the wrong key for Docker Hub: an archive has that under https://index.docker.io/v1/, so docker pulls without a credential.`,
    hint: `Write the image without that host${more}.`,
    correction: { at: imageWay(it), value: onRegistry(image, HUB) },
  };
}

function notThere(it: Case, image: ImageReference): Found {
  if (it.around.registries.includes(image.registry)) return null;
  const known = it.around.registries.map(it.shown).join(', ');
  return {
    message: `The archive holds no credential of ${it.shown(image.registry)}, which the image is pulled from: docker pulls it without one, so it must be public, and Docker may say no more than "not found".`,
    hint: `Add ${it.shown(image.registry)} to "registries" of the inventory, which has ${known === '' ? 'none' : known}; or name the image as one of those has it.`,
    correction: elsewhere(it, image),
  };
}

function notEverywhere(it: Case, image: ImageReference): Found {
  const without = it.around.targets.filter(({ registries }) => !registries.includes(image.registry));
  if (without.length === 0) return null;
  const who = it.shown(foldList(without.map(({ name }) => name)).join(','));
  return {
    message: `By the inventory the archive of ${who} holds no credential of ${it.shown(image.registry)}, which the image is pulled from.`,
    hint: `Add ${it.shown(image.registry)} to "registries" of those agents or their groups; or name the image as a registry has it that all of them have.`,
    correction: elsewhere(it, image),
  };
}

/** Mesos's own containerizer pulls before anything is fetched, and knows nothing of the sandbox. */
function notUsed(it: Case, image: ImageReference): Found {
  const { shape, around } = it;
  if (shape.containerType !== 'MESOS') return null;
  const [path] = archivePaths(around.targets);
  const isArchive = ({ file }: Fetched) => file?.path === path;
  const fetched = path === undefined || shape.fetched.some(isArchive);
  const list = elements(member(shape.app, 'uris')).length > 0 ? 'uris' : 'fetch';
  const uri = fileUriOf(path ?? '');
  const more = [...elements(member(shape.app, list)), list === 'uris' ? uri : { uri }];
  return {
    message: `With "type": "MESOS" it is Mesos itself that pulls the image from ${it.shown(image.registry)}, and it never looks into the sandbox: what the archive holds is not used.`,
    hint: 'Let docker run it (and fetch the archive), or give container.docker.pullConfig the name of a secret with a config.json (DC/OS Enterprise).',
    correction: {
      into: shape.way,
      members: { container: { type: 'DOCKER' }, ...(fetched ? {} : { [list]: more }) },
    },
  };
}

/** The same image in a registry that all archives hold: best the one whose host is the same. */
function elsewhere(it: Case, image: ImageReference): Correction | null {
  const host = (name: string) => name.replace(/:\d+$/, '').toLowerCase();
  const all = it.around.registries.filter((name) => everywhere(it, name));
  const best = all.find((name) => host(name) === host(image.registry)) ?? all[0];
  return best === undefined ? null : { at: imageWay(it), value: onRegistry(image, best) };
}

function onRegistry({ written, repository, registry: from }: ImageReference, registry: string): string {
  const tag = /(?::[^:/@]*)?(?:@.*)?$/.exec(written)?.[0] ?? '';
  // Only Docker Hub has its official images in a folder of that name.
  const path = from === HUB ? repository.replace(/^library\//, '') : repository;
  if (registry !== HUB) return `${registry}/${path}${tag}`;
  return `${repository.includes('/') ? '' : 'library/'}${repository}${tag}`;
}
