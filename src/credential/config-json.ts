import type { ConfigEntry } from '../domain/credential.ts';

/**
 * The text of `.docker/config.json`: these registries and nothing else, sorted by key, indented with tabs and
 * without a final line break, as docker itself writes it. The same entries in any order give the same text.
 */
export function configJson(entries: readonly ConfigEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const auths = sorted.map(({ key, auth, identitytoken }) => {
    return [key, identitytoken === undefined ? { auth } : { auth, identitytoken }] as const;
  });
  return JSON.stringify({ auths: Object.fromEntries(auths) }, null, '\t');
}
