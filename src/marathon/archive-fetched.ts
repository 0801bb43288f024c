import { foldList } from '../domain/names.ts';
import type { Target } from '../domain/target.ts';
import { fileUri, fileUriOf } from './file-uri.ts';
import { elements, type Json, member } from './json.ts';
import type { Correction, Fault, Rule } from './rule.ts';
import type { Shape } from './shape.ts';

/** Is the image pulled by docker, and so with what lies in the sandbox? */
export function pulledByDocker(shape: Shape): boolean {
  return shape.containerType === 'DOCKER' && shape.image !== null;
}

/** Paths of the archives of these agents, as the URIs that mean them have them; the one of most agents first. */
export function archivePaths(targets: readonly Target[]): readonly string[] {
  const agents = Map.groupBy(targets, ({ archive }) => fileUri(archive.path)?.path ?? archive.path);
  return Array.from(agents)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([path]) => path);
}

/** Every agent's archive has to be among what Mesos fetches. */
export const archiveFetched: Rule = ({ shape, around, shown }) => {
  if (!pulledByDocker(shape)) return [];
  const fetched = new Set(shape.fetched.map(({ file }) => file?.path));
  const lacking = around.targets.filter(
    ({ archive }) => !fetched.has(fileUri(archive.path)?.path ?? archive.path),
  );
  const [path, ...others] = archivePaths(lacking);
  if (path === undefined) return [];
  const all = lacking.length === around.targets.length;
  const who = all ? '' : ` of ${shown(foldList(lacking.map(({ name }) => name)).join(','))}`;
  const paths = [path, ...others].map(shown).join(', ');
  const several = archivePaths(around.targets).length > 1;
  return [
    {
      code: 'APP_ARCHIVE_NOT_FETCHED',
      way: [...shape.way, ...listWay(shape)],
      message:
        `The archive ${paths}${who} is in neither "fetch" nor "uris". Mesos pulls with the sandbox of the task as HOME, ` +
        "so docker finds no credential there, and a private image cannot be pulled, whatever the agent's own docker knows.",
      hint: several
        ? 'Mesos fetches every entry on every agent, and a task fails where one is not there: give all agents of the app one archive.path in the inventory (or hold the app to some of them with constraints), and fetch that.'
        : 'Let Mesos fetch it into the sandbox, where it is unpacked.',
      correction: withArchive(shape, path),
    },
  ];
};

/** The list that the app uses: `uris` only where nothing is in `fetch`. */
function listOf({ app }: Shape): 'fetch' | 'uris' {
  return elements(member(app, 'fetch')).length === 0 && elements(member(app, 'uris')).length > 0
    ? 'uris'
    : 'fetch';
}

function listWay(shape: Shape): readonly string[] {
  const list = listOf(shape);
  return member(shape.app, list) === undefined ? [] : [list];
}

function withArchive(shape: Shape, path: string): Correction {
  const list = listOf(shape);
  const added: Json = list === 'uris' ? fileUriOf(path) : { uri: fileUriOf(path) };
  const value = [...elements(member(shape.app, list)), added];
  if (member(shape.app, list) === undefined) return { into: shape.way, members: { [list]: value } };
  return { at: [...shape.way, list], value };
}

/** Marathon takes one of the two lists. */
export const urisAndFetch: Rule = ({ shape, around }) => {
  const uris = elements(member(shape.app, 'uris'));
  const fetch = elements(member(shape.app, 'fetch'));
  if (uris.length === 0 || fetch.length === 0) return [];
  const known = new Set(fetch.map((entry) => member(entry, 'uri')));
  // What Marathon up to 1.4 holds it answers with both names.
  if (around.marathon !== null && uris.every((uri) => known.has(uri))) return [];
  const moved = uris.flatMap((uri) => (typeof uri === 'string' && !known.has(uri) ? [{ uri }] : []));
  const fault: Fault = {
    code: 'APP_URIS_AND_FETCH',
    way: [...shape.way, 'uris'],
    message:
      'Both "uris" and "fetch" have entries: Marathon refuses the app ("may not be set in conjunction with fetch").',
    hint: 'Move all of them to "fetch"; "uris" is the older name.',
    correction: { into: shape.way, members: { uris: [], fetch: [...fetch, ...moved] } },
  };
  return [fault];
};
