import type { ArchiveContents } from '../credential/contents.ts';
import { userOf } from '../credential/entry.ts';
import { keyServes, registryKey, registryName, shownKey } from '../credential/registry-key.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import type { Secret } from '../domain/secret.ts';
import type { RegistrySpec } from '../domain/target.ts';

/** The entry that docker finds for a registry; or in words why it finds none that is usable. */
export function usableEntry(
  { registries }: Pick<ArchiveContents, 'registries'>,
  name: string,
): ConfigEntry | string {
  const key = registryKey(name);
  const serving = registries.filter((stored) => keyServes(stored.key, name));
  // The key itself counts before others that mean the same (docker/cli, registry.ResolveAuthConfig).
  const found = serving.find((stored) => stored.key === key) ?? serving[0];
  if (found !== undefined) return found.entry ?? `its entry for ${name} holds no usable credential`;
  const other = registries.find((stored) => registryName(stored.key) === name);
  if (other === undefined) return `it has no entry for ${name}`;
  return `its entry for ${name} is under the key ${shownKey(other.key)}, where docker does not look: it looks for ${key}`;
}

/**
 * Is this the inventory's credential? `stale`: another user, or another password. `unknown`: without the secret, or
 * with an identity token that nobody has on record, it cannot be told.
 */
export function compareEntry(
  entry: ConfigEntry,
  { username }: RegistrySpec,
  secret: Secret | null,
  isIssued: () => boolean,
): 'current' | 'stale' | 'unknown' {
  const user = userOf(entry.auth);
  if (entry.identitytoken !== undefined) {
    if (user !== null && user.username !== '' && user.username !== username) return 'stale';
    return isIssued() ? 'current' : 'unknown';
  }
  if (user?.username !== username) return 'stale';
  if (secret === null) return 'unknown';
  return user.password === secret.reveal() ? 'current' : 'stale';
}
