import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packArchive } from '../../src/credential/archive.ts';
import type { Answer } from '../../src/remote/answer.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { createPlace, type Place, startAgent } from './agent.ts';

/** What the archives of these tests hold. */
export const CONFIG = '{"auths":{"r.example.com":{"auth":"cDpz"}}}';
export const ARCHIVE = packArchive(CONFIG);

export const unpack: Verb = { verb: 'unpack', seconds: 20 };
export const inspect = (path: string, taskUser = ''): Verb => ({
  verb: 'inspect',
  path,
  limit: 65_536,
  taskUser,
});
export const pull = (image: string, seconds = 20): Verb => ({ verb: 'pull', seconds, image });

/** These fields, in this order; null for what was not answered. */
export const fields = ({ fields: all }: Answer, ...names: string[]) =>
  names.map((name) => all.get(name) ?? null);

export interface Site {
  readonly place: Place;
  readonly folder: string;
  readonly path: string;
}

/** An archive in a folder of its own, whose name is not an easy one; anybody may get there. */
export function createSite(bytes: Uint8Array | null = ARCHIVE, mode = 0o600): Site {
  const place = createPlace();
  const folder = join(place.folder, 'e t[c] $(x)');
  mkdirSync(folder);
  chmodSync(place.folder, 0o755);
  chmodSync(folder, 0o755);
  const path = join(folder, 'docker.tar.gz');
  if (bytes !== null) {
    writeFileSync(path, bytes);
    chmodSync(path, mode);
  }
  return { place, folder, path };
}

/** Everything there, with what a change of it would show; the folder itself too. */
export function listing(folder: string): readonly string[] {
  return ['.', ...readdirSync(folder, { recursive: true }).map(String).sort()].map((name) => {
    const { mode, uid, gid, mtimeMs, ctimeMs, size } = lstatSync(join(folder, name));
    return [name, mode, uid, gid, mtimeMs, ctimeMs, size].join(' ');
  });
}

/** Asks one agent, one verb after the other; it has to end well, leave nothing behind and change nothing. */
export async function talk(
  { place, folder }: Site,
  verbs: readonly Verb[],
  more: Omit<Parameters<typeof startAgent>[0], 'place'> = {},
): Promise<[Answer, ...Answer[]]> {
  const before = listing(folder);
  const agent = await startAgent({ place, tidy: false, ...more });
  const answers: Answer[] = [];
  for (const verb of verbs) answers.push(await agent.ask(verb));
  expect(await agent.finish()).toBe(0);
  expect(listing(folder)).toEqual(before);
  return answers as [Answer, ...Answer[]];
}
