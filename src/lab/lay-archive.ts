import { chmod, symlink, writeFile } from 'node:fs/promises';
import type { Fault } from './faults.ts';
import { packFile } from './tarball.ts';

/** What the good archive of a practice fleet holds. */
export interface Credential {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** Puts an archive at its path, good or bad; `missing` puts nothing there. */
export async function layArchive(
  path: string,
  kind: NonNullable<Fault['archive']> | 'good',
  { registry, username, password }: Credential,
): Promise<void> {
  if (kind === 'missing') return;
  if (kind === 'link') return symlink('somewhere-else.tar.gz', path);
  const mine = { [registry]: `${username}:${password}` };
  const good = packed(mine);
  const bytes = {
    good,
    open: good,
    damaged: good.subarray(0, good.length / 2),
    old: packed({ [registry]: `${username}:the password of last month` }),
    foreign: packed({ ...mine, 'registry.elsewhere.example': 'somebody:else' }),
  }[kind];
  await writeFile(path, bytes);
  await chmod(path, kind === 'open' ? 0o644 : 0o600);
}

function packed(credentials: Readonly<Record<string, string>>): Buffer {
  const auths = Object.entries(credentials).map(([registry, credential]) => {
    return [registry, { auth: Buffer.from(credential).toString('base64') }];
  });
  return packFile('.docker/config.json', 0o600, JSON.stringify({ auths: Object.fromEntries(auths) }));
}
