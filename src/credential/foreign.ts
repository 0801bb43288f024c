import type { ArchiveContents } from './contents.ts';
import { registryName, shownKey } from './registry-key.ts';

/** More names than this help nobody. */
const SHOWN = 20;

/**
 * The credentials in an archive that are of none of the wanted registries (given as keys, see `registryKey`), by
 * the names that a person knows; empty when replacing the archive takes nobody's access away. A credential store,
 * and what cannot be judged, counts as foreign. The names are the agent's words, made printable and few.
 */
export function foreignRegistries(
  contents: ArchiveContents,
  wantedKeys: readonly string[],
): readonly string[] {
  const wanted = new Set(wantedKeys.map(registryName));
  const keys = [...contents.registries.map(({ key }) => key), ...contents.credHelpers];
  // A key may have a slash in the password before its host.
  const nameOf = (key: string) => (key.includes('@') ? key : registryName(key));
  const names = [...new Set(keys.filter((key) => !wanted.has(registryName(key))).map(nameOf))].sort();
  const store =
    contents.credsStore === null ? [] : [`whatever the credential store ${contents.credsStore} has`];
  const all = [...names.map(shownKey), ...store, ...contents.opaque];
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`];
}
