import { readArchive } from '../credential/archive.ts';
import { foreignRegistries } from '../credential/foreign.ts';
import type { AgentContext } from '../credential/speech.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Look } from './look.ts';

export { installVerb, interpretInstall } from './install.ts';
export { type Look, lookVerb, readLook, wouldChange } from './look.ts';

/** What may lie at the path of an archive, but never be replaced. */
const UNUSABLE = {
  link: 'it is a symbolic link',
  folder: 'it is a folder',
  other: 'it is no plain file',
  nowhere: 'its folder does not exist',
  unreadable: 'it cannot be read',
} as const;

/**
 * May what lies there be replaced? Gives the sum by which the install recognises what was judged. Not what is no
 * plain file, and not the credentials of other registries, unless `dropOthers`. A file that tar could not unpack
 * gives nobody access: it is replaced, and kept as the previous archive.
 */
export function judgeLook(
  look: Look,
  rules: { readonly wantedKeys: readonly string[]; readonly dropOthers: boolean; readonly ctx: AgentContext },
): Result<{ readonly expected: string }, Failure> {
  const { host, archive } = rules.ctx.target;
  if (look.kind === 'absent') return ok({ expected: 'absent' });
  if (look.kind !== 'file') {
    const values = { host, path: archive.path, reason: UNUSABLE[look.kind] };
    return err(failure('ARCHIVE_PATH_UNUSABLE', 'install', values));
  }
  const foreign = rules.dropOthers ? [] : foreignIn(look.bytes, rules.wantedKeys);
  if (foreign.length === 0) return ok({ expected: look.sum });
  return err(failure('ARCHIVE_FOREIGN', 'install', { host, registries: foreign.join(', ') }));
}

function foreignIn(bytes: Uint8Array | null, wantedKeys: readonly string[]): readonly string[] {
  if (bytes === null) return ['whatever an archive of more than 64 KiB holds'];
  const contents = readArchive(bytes);
  return contents.ok ? foreignRegistries(contents.value, wantedKeys) : [];
}
