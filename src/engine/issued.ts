import { readArchive } from '../credential/archive.ts';
import { registryKey } from '../credential/registry-key.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import { Secret } from '../domain/secret.ts';
import type { Look } from '../steps/archive.ts';
import type { DockerFacts } from '../steps/docker.ts';
import { identityAttempt } from '../steps/login-curl.ts';
import { follow } from './login.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** Was this entry issued to one agent, so that the next login would give another one? */
export function isIssued({ identitytoken }: ConfigEntry): boolean {
  return identitytoken !== undefined;
}

/** Remembers the archive that an agent got, so that the next run knows it for one of this generation. */
export function recordIssue({ fleet, target }: Visit, archive: Uint8Array): void {
  fleet.issues.record(target, fleet.sha256(archive));
}

/**
 * The archive that this agent got before, from identity tokens of the same generation, if it still proves itself
 * now: a registry that issues a new token at every login does not make every run a change. Else null. Proving it
 * takes the agent's curl; without it the new token, which has just been proven, is installed.
 */
export async function issuedArchive(
  visit: Visit,
  talk: Talk,
  look: Look,
  docker: DockerFacts,
  entries: readonly ConfigEntry[],
): Promise<Uint8Array | null> {
  const { fleet, target } = visit;
  if (look.kind !== 'file' || look.bytes === null) return null;
  if (fleet.issues.find(target) !== fleet.sha256(look.bytes)) return null;
  const there = readArchive(look.bytes);
  if (!there.ok || there.value.registries.length !== entries.length) return null;
  // A dry run has logged in on one agent only, and proves no more than that.
  if (fleet.dryRun) return look.bytes;
  for (const entry of entries) {
    const old = there.value.registries.find(({ key }) => key === entry.key)?.entry ?? null;
    if (old === null || old.auth !== entry.auth) return null;
    if (!isIssued(entry)) continue;
    if (old.identitytoken === undefined || !docker.curl) return null;
    if (!(await stillProves(visit, talk, entry.key, old.identitytoken))) return null;
  }
  return look.bytes;
}

async function stillProves(visit: Visit, talk: Talk, key: string, token: string): Promise<boolean> {
  const { fleet, target } = visit;
  const registry = target.registries
    .map((name) => fleet.registries.get(name))
    .find((spec) => spec && registryKey(spec.name) === key);
  const secret = registry && fleet.secrets.get(registry.name);
  if (registry === undefined || secret === undefined) return false;
  const attempt = identityAttempt({ registry, secret, ctx: { target, say: fleet.say } }, new Secret(token));
  return (await follow(talk, attempt)).kind === 'proven';
}
