import type { FindingCode } from '../domain/finding.ts';
import { archivePaths, pulledByDocker } from './archive-fetched.ts';
import { fileUriOf, unpacksAsTar } from './file-uri.ts';
import { type Json, type JsonObject, member } from './json.ts';
import type { Correction, Fault, Rule } from './rule.ts';
import type { Fetched, Shape } from './shape.ts';

/** URIs of files that Mesos cannot fetch as they are written. */
export const fileUriForm: Rule = ({ shape, shown }) =>
  shape.fetched.flatMap((fetched) => {
    const { file, list, way, uri, entry } = fetched;
    if (file === null || file.fetchable) return [];
    const fault: Fault = {
      code: 'APP_FILE_URI_FORM',
      way: list === 'uris' ? way : [...way, 'uri'],
      message: `Mesos takes ${shown(uri)} for no file with an absolute path, so the fetch fails, and with it the task (TASK_FAILED).`,
      hint: 'A file of the agent is written with three slashes.',
      correction:
        list === 'uris'
          ? { at: way, value: fileUriOf(file.path) }
          : { at: way, value: { ...entry, uri: fileUriOf(file.path) } },
    };
    return [fault];
  });

/** What the entry of the archive must not say: only there it decides about the credential. */
export const archiveEntry: Rule = ({ shape, around, shown }) => {
  if (!pulledByDocker(shape)) return [];
  const paths = new Set(archivePaths(around.targets));
  return shape.fetched
    .filter(({ file }) => file !== null && paths.has(file.path))
    .flatMap((fetched) => [
      ...cached(fetched),
      ...executable(fetched),
      ...notExtracted(fetched, shown),
      ...destSuffix(fetched, shown),
    ])
    .map(({ fetched, part, ...fault }) => ({
      ...fault,
      way: fetched.list === 'fetch' ? [...fetched.way, part] : fetched.way,
      correction: corrected(fetched, shape),
    }));
};

interface Wrong {
  readonly code: FindingCode;
  readonly fetched: Fetched;
  /** The member of the entry that is wrong. */
  readonly part: string;
  readonly message: string;
  readonly hint: string;
}
type Found = readonly Wrong[];

function cached(fetched: Fetched): Found {
  if (member(fetched.entry, 'cache') !== true) return [];
  const message =
    "Mesos's fetcher cache has no way to refresh an entry: agents go on with the archive that they fetched first, after every change of the credential, and what this check proves is not what tasks get.";
  return [{ code: 'APP_FETCH_CACHED', fetched, part: 'cache', message, hint: 'Do not cache the archive.' }];
}

function executable(fetched: Fetched): Found {
  if (member(fetched.entry, 'executable') !== true) return [];
  const message =
    'Mesos ignores "extract" for what is executable: the archive is not unpacked, and docker finds no credential.';
  return [
    {
      code: 'APP_FETCH_EXECUTABLE',
      fetched,
      part: 'executable',
      message,
      hint: 'The archive is no program.',
    },
  ];
}

function notExtracted(fetched: Fetched, shown: (text: string) => string): Found {
  const { entry, file, destPath, list } = fetched;
  if (member(entry, 'extract') === false) {
    const message =
      'With "extract": false Mesos does not unpack the archive, and docker finds no credential.';
    return [
      { code: 'APP_FETCH_NOT_EXTRACTED', fetched, part: 'extract', message, hint: 'Let Mesos unpack it.' },
    ];
  }
  if (destPath !== null || unpacked(list, file?.path ?? '')) return [];
  const message = `Mesos tells by the end of its name how to unpack a file: ${shown(file?.path ?? '')} is no name of a tar archive for it, and docker finds no credential.`;
  const hint =
    'Let it be fetched under a name that tells, or give it one with archive.path in the inventory.';
  return [{ code: 'APP_FETCH_NOT_EXTRACTED', fetched, part: 'uri', message, hint }];
}

/** For `uris` Marathon decides by the name whether Mesos is to unpack; its list has no plain `.tar`. */
function unpacked(list: Fetched['list'], name: string): boolean {
  return unpacksAsTar(name) && !(list === 'uris' && name.endsWith('.tar'));
}

function destSuffix(fetched: Fetched, shown: (text: string) => string): Found {
  const { destPath } = fetched;
  if (destPath === null || unpacksAsTar(destPath)) return [];
  const message = `Mesos fetches the archive as ${shown(destPath)}, and tells by the end of that name how to unpack: it does not, and docker finds no credential.`;
  const part = member(fetched.entry, 'destPath') === undefined ? 'outputFile' : 'destPath';
  return [{ code: 'APP_FETCH_DEST_SUFFIX', fetched, part, message, hint: 'Leave it its own name.' }];
}

/** The entry without any of these faults. */
function corrected(fetched: Fetched, { way, fetched: all }: Shape): Correction {
  const path = fetched.file?.path ?? '';
  if (fetched.list === 'fetch') return { at: fetched.way, value: withoutFaults(fetched, path) };
  if (unpacked('uris', path)) return { at: fetched.way, value: fileUriOf(path) };
  // Only `fetch` has a place for another name, and Marathon takes one of the two lists.
  const moved = all.map((entry) => (entry === fetched ? withoutFaults(fetched, path) : entry.entry));
  return { into: way, members: { uris: [], fetch: moved } };
}

function withoutFaults({ entry, destPath }: Fetched, path: string): JsonObject {
  const { cache, extract, executable: _, destPath: dest, outputFile, ...rest } = entry;
  const kept: Record<string, Json> = { ...rest, uri: fileUriOf(path) };
  if (destPath !== null && unpacksAsTar(destPath)) {
    if (dest !== undefined) kept.destPath = dest;
    if (outputFile !== undefined) kept.outputFile = outputFile;
  } else if (!unpacksAsTar(path)) kept.destPath = 'docker.tar.gz';
  if (cache === false) kept.cache = false;
  if (extract === true) kept.extract = true;
  return kept;
}
