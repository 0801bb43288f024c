import type { ConfigEntry } from '../domain/credential.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { readEntry, userOf } from './entry.ts';
import { asRecord, parseJson } from './json.ts';
import { shownKey } from './registry-key.ts';

/** Where docker looks, below the folder into which the archive is unpacked. */
export const CONFIG = '.docker/config.json';
/** Where docker looked before 23.0 too, when there was no config.json. */
export const LEGACY = '.dockercfg';

/** One entry of a tar archive; `body` is only filled for the two files that matter. */
export interface ArchivedFile {
  /** Without `./` before it. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly body: Uint8Array;
}

/** What an archive on an agent holds. All of it is the agent's word; all but the keys is printable. */
export interface ArchiveContents {
  /** The keys of `auths`, raw; `entry` is null where docker 23 or newer finds no usable credential there. */
  readonly registries: readonly { readonly key: string; readonly entry: ConfigEntry | null }[];
  readonly credsStore: string | null;
  /** The registries that have a credential helper, as keys. */
  readonly credHelpers: readonly string[];
  /** Whatever is there besides `.docker/config.json`. */
  readonly files: readonly string[];
  /** What may hold credentials but cannot be judged, in words. */
  readonly opaque: readonly string[];
  /** Why docker cannot load its config.json, and then goes on without any credential; null where it can. */
  readonly unloadable: string | null;
  /** What must not be unpacked: links, devices, and paths that lead out of the folder. */
  readonly unsafe: readonly string[];
}

/** Reads the entries of an archive; of two entries with one path the later counts, as when tar unpacks them. */
export function readContents(entries: readonly ArchivedFile[]): Result<ArchiveContents, string> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const config = byPath.get(CONFIG);
  const legacy = byPath.get(LEGACY);
  const files = [...byPath.values()]
    .filter(({ path, kind }) => path !== CONFIG && (kind !== 'folder' || !path.startsWith('.docker')))
    .map(({ path }) => printable(path, 200));
  const old = Object.keys(legacyAuths(legacy)).map((key) => ({ key, entry: null }));
  const unsafe = [...byPath.values()]
    .filter(({ path, kind }) => kind === 'other' || /^\/|(^|\/)\.\.(\/|$)/.test(path))
    .map(({ path }) => printable(path, 200));
  const links = [config, legacy].filter((file) => file?.kind === 'other');
  const opaque = links.map((file) => `a link named ${file?.path}`);
  if (config?.kind !== 'file') {
    if (old.length === 0 && opaque.length === 0) return err(absence(byPath));
    return ok({
      registries: old,
      credsStore: null,
      credHelpers: [],
      files,
      opaque,
      unloadable: null,
      unsafe,
    });
  }

  const parsed = parseJson(config.body);
  if (parsed === null) return err(`its ${CONFIG} is no JSON object`);
  const { auths, credsStore, credHelpers } = parsed;
  const registries = Object.entries(asRecord(auths)).map(([key, value]) => ({
    key,
    entry: readEntry(key, value),
  }));
  return ok({
    registries: [...registries, ...old],
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? printable(credsStore, 200) : null,
    credHelpers: Object.keys(asRecord(credHelpers)),
    files,
    opaque,
    unloadable: whyUnloadable(parsed),
    unsafe,
  });
}

/**
 * docker gives up the whole file for one part that it cannot read (docker/cli, configfile.LoadFromReader), and Go's
 * decoder takes names in any case of their letters.
 */
function whyUnloadable(config: Readonly<Record<string, unknown>>): string | null {
  const { auths, credsStore, credHelpers } = config;
  const odd = Object.keys(config).find(
    (key) => !NAMES.includes(key) && NAMES.some((name) => name.toLowerCase() === key.toLowerCase()),
  );
  if (odd !== undefined) return `it names ${printable(odd, 60)}, which docker takes for another`;
  if (!isMap(auths) || !isMap(credHelpers)) return 'auths or credHelpers is no map';
  if (credsStore !== undefined && credsStore !== null && typeof credsStore !== 'string')
    return 'credsStore is no text';
  const bad = Object.entries(asRecord(auths)).find(([, value]) => {
    const { auth } = asRecord(value);
    return typeof auth === 'string' && auth !== '' && userOf(auth) === null;
  });
  return bad === undefined ? null : `the entry for ${shownKey(bad[0])} cannot be decoded`;
}

const NAMES = ['auths', 'credsStore', 'credHelpers'];
const isMap = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));

function absence(byPath: ReadonlyMap<string, ArchivedFile>): string {
  if (byPath.has('docker/config.json'))
    return `it holds docker/config.json, without the dot, where docker never looks`;
  return `it holds no ${CONFIG}`;
}

/** `.dockercfg` is the map of registries itself. */
function legacyAuths(file: ArchivedFile | undefined): Readonly<Record<string, unknown>> {
  return file?.kind === 'file' ? (parseJson(file.body) ?? {}) : {};
}
