import { readFile, stat } from 'node:fs/promises';
import type { Agent } from './agent.ts';
import { type Entry, listEntries } from './tarball.ts';

/** An archive on an agent's disk. */
export interface ListedArchive {
  readonly agent: string;
  readonly path: string;
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Empty where it is no readable archive. */
  readonly entries: readonly Entry[];
}

/** The archives that lie on the agents' disks now, in the order of the agents. */
export async function listArchives(
  agents: readonly Pick<Agent, 'name' | 'archive'>[],
): Promise<ListedArchive[]> {
  return (await Promise.all(agents.map(listArchive))).filter((found) => found !== null);
}

async function listArchive({
  name,
  archive,
}: Pick<Agent, 'name' | 'archive'>): Promise<ListedArchive | null> {
  try {
    const { size, mode } = await stat(archive);
    const bytes = await readFile(archive);
    return { agent: name, path: archive, size, mode: mode & 0o7777, entries: readEntries(bytes) };
  } catch {
    return null;
  }
}

function readEntries(bytes: Uint8Array): Entry[] {
  try {
    return listEntries(bytes);
  } catch {
    return [];
  }
}
