import { type FileUri, fileUri } from './file-uri.ts';
import { elements, isObject, type Json, type JsonObject, member, type Way } from './json.ts';

/** An entry of `fetch` or `uris`. */
export interface Fetched {
  readonly way: Way;
  readonly list: 'fetch' | 'uris';
  readonly uri: string;
  /** The file of the agent that it means; null for another URI. */
  readonly file: FileUri | null;
  /** As an entry of `fetch`. */
  readonly entry: JsonObject;
  readonly destPath: string | null;
}

/** A COMMAND health check. */
export interface CommandCheck {
  readonly way: Way;
  /** Its place in `healthChecks`. */
  readonly index: number;
  readonly check: JsonObject;
  readonly command: string;
}

/** The parts of an app that matter here, read as Marathon reads them; what has a wrong type is left out. */
export interface Shape {
  /** The app itself: `$`, or `$.app` of what a GET answers. */
  readonly way: Way;
  readonly app: JsonObject;
  readonly fetched: readonly Fetched[];
  readonly commandChecks: readonly CommandCheck[];
  /** DOCKER is the default; null without a container. */
  readonly containerType: string | null;
  readonly docker: JsonObject | null;
  /** As written. */
  readonly image: string | null;
}

/** Finds the parts of an app. */
export function shapeOf(app: JsonObject, way: Way): Shape {
  const container = member(app, 'container');
  const docker = member(container, 'docker');
  const image = member(docker, 'image');
  const type = member(container, 'type') ?? 'DOCKER';
  const fetch = fetchedIn(app, way, 'fetch');
  const known = new Set(fetch.map(({ uri }) => uri));
  return {
    way,
    app,
    // Marathon up to 1.4 answers with both: "uris" says again what "fetch" says.
    fetched: [...fetchedIn(app, way, 'uris').filter(({ uri }) => !known.has(uri)), ...fetch],
    commandChecks: elements(member(app, 'healthChecks')).flatMap((check, index) =>
      commandCheck(check, index, [...way, 'healthChecks', index]),
    ),
    containerType: isObject(container) && typeof type === 'string' ? type : null,
    docker: isObject(docker) ? docker : null,
    image: typeof image === 'string' && image !== '' ? image : null,
  };
}

function fetchedIn(app: JsonObject, way: Way, list: 'fetch' | 'uris'): readonly Fetched[] {
  return elements(member(app, list)).flatMap((element, index) => {
    const entry: Json = list === 'uris' ? { uri: element } : element;
    const uri = member(entry, 'uri');
    if (!isObject(entry) || typeof uri !== 'string') return [];
    // Marathon 1.4 called it outputFile.
    const destPath = member(entry, 'destPath') ?? member(entry, 'outputFile');
    return [
      {
        way: [...way, list, index],
        list,
        uri,
        file: fileUri(uri),
        entry,
        destPath: typeof destPath === 'string' && destPath !== '' ? destPath : null,
      },
    ];
  });
}

function commandCheck(check: Json, index: number, way: Way): readonly CommandCheck[] {
  const value = member(member(check, 'command'), 'value');
  // A command without a protocol: taken for a COMMAND check too, rather than not judged.
  const protocol = member(check, 'protocol') ?? 'COMMAND';
  if (!isObject(check) || protocol !== 'COMMAND') return [];
  return typeof value === 'string' && value.trim() !== '' ? [{ way, index, check, command: value }] : [];
}
