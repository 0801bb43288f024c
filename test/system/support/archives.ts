import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from './agent.ts';

/** Where archives go where an inventory says nothing else. */
export const ARCHIVE = '/etc/docker.tar.gz';

/** The `auth` of a config.json entry. */
export const authOf = (user: string, password: string) =>
  Buffer.from(`${user}:${password}`).toString('base64');

/** An archive as the manual recipe makes it: by hand, with the system's tar. */
export function handMadeArchive(auths: Readonly<Record<string, object>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
  try {
    mkdirSync(join(folder, '.docker'), { mode: 0o700 });
    writeFileSync(join(folder, '.docker/config.json'), JSON.stringify({ auths }, null, '\t'), {
      mode: 0o600,
    });
    return execFileSync('tar', ['-czf', '-', '.docker'], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the system's tar lists in an archive: `drwx------ root/root .docker/`, size and time left out. */
export function listing(archive: Buffer): readonly string[] {
  const listed = spawnSync('tar', ['-tvzf', '-'], { input: archive, encoding: 'utf8' });
  if (listed.status !== 0) throw new Error(`tar: ${listed.stderr}`);
  const lines = listed.stdout.trimEnd().split('\n');
  return lines.map((line) => line.replace(/^(\S+) (\S+) +\d+ \S+ \S+ (.*)$/, '$1 $2 $3'));
}

/** The registries in an archive and their entries; throws where the system's tar finds anything wrong with it. */
export function authsIn(
  archive: Buffer,
): Readonly<Record<string, { readonly auth: string; readonly identitytoken?: string }>> {
  const unpacked = spawnSync('tar', ['-xzOf', '-', '.docker/config.json'], {
    input: archive,
    encoding: 'utf8',
  });
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
  const config = JSON.parse(unpacked.stdout);
  if (Object.keys(config).join() !== 'auths') throw new Error(`config.json holds ${Object.keys(config)}`);
  return config.auths;
}

/** Throws unless the agent's archive is one of these, byte for byte; gives the one it is. */
export function whole(agent: Agent, known: Readonly<Record<string, Buffer | null>>): string {
  const there = agent.state(ARCHIVE) === null ? null : agent.read(ARCHIVE);
  for (const [name, bytes] of Object.entries(known)) {
    if (bytes === null ? there === null : there?.equals(bytes)) return name;
  }
  throw new Error(
    `${agent.name} has an archive that is none of ${Object.keys(known)}: ${there?.length} bytes`,
  );
}
