import { ARCHIVE_LIMIT } from '../credential/archive.ts';
import type { ArchiveSpec, Target } from '../domain/target.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';

/** A plain file on an agent, as the agent describes it. */
export interface FoundFile {
  readonly kind: 'file';
  /** What tells this content from another, as the agent computes it; one word. */
  readonly sum: string;
  /** In bytes. */
  readonly size: number;
  /** As ls writes it, e.g. `-rw-------`. */
  readonly mode: string;
  /** Names, or numbers where the agent knows no name. */
  readonly owner: string;
  readonly group: string;
  /** Their numbers; null where the agent does not say. */
  readonly uid: string | null;
  readonly gid: string | null;
  /** Null for a file of more than 64 KiB. */
  readonly bytes: Uint8Array | null;
}

/**
 * What lies at the archive's path. `nowhere`: its folder is not there; `unreadable`: a file that this user may not
 * read; `other`: a device or the like.
 */
export type Look =
  | { readonly kind: 'absent' | 'nowhere' | 'link' | 'folder' | 'other' | 'unreadable' }
  | FoundFile;

/** Asks what lies at the archive's path, with the bytes of a file that is small enough to be one of ours. */
export function lookVerb({ archive }: Target): Verb {
  return { verb: 'look', path: archive.path, limit: ARCHIVE_LIMIT };
}

/** Reads what the agent says of a path, after a look or an install; an error says what makes no sense in it. */
export function readLook({ fields, texts }: Answer): Result<Look, string> {
  const kind = fields.get('kind');
  switch (kind) {
    case 'absent':
    case 'nowhere':
    case 'link':
    case 'folder':
    case 'other':
      return ok({ kind });
    case 'file':
      break;
    default:
      return err('it did not say what lies at the path of the archive');
  }
  const [sum, mode, owner, group] = ['sum', 'mode', 'owner', 'group'].map((name) => fields.get(name) ?? '');
  if (sum === 'unreadable') return ok({ kind: 'unreadable' });
  const size = Number(/^\d{1,15}$/.exec(fields.get('size') ?? '')?.[0] ?? Number.NaN);
  // The sum goes back to the agent, as one word of a line.
  if (sum === undefined || !/^[\w:]{1,150}$/.test(sum) || Number.isNaN(size) || !mode || !owner || !group) {
    return err('it did not describe the archive properly');
  }
  const bytes = texts.get('bytes') ?? new Uint8Array();
  // A file that changes while it is read is judged by nobody.
  if (size <= ARCHIVE_LIMIT && bytes.length !== size) return err('the archive was not read as a whole');
  const [uid, gid] = ['uid', 'gid'].map((name) => /^\d{1,10}$/.exec(fields.get(name) ?? '')?.[0] ?? null);
  return ok({
    kind: 'file',
    sum,
    size,
    mode,
    owner,
    group,
    uid: uid ?? null,
    gid: gid ?? null,
    bytes: size <= ARCHIVE_LIMIT ? bytes : null,
  });
}

/** Would installing this archive change anything: its content, its owner or its mode? */
export function wouldChange(look: Look, archive: Uint8Array, spec: ArchiveSpec): boolean {
  if (look.kind !== 'file' || look.bytes === null) return true;
  return !sameBytes(look.bytes, archive) || !fits(look, spec);
}

/** The same bytes? */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Owner and mode as a person reads them: `root:root -rw-------`. */
export function attributesOf(spec: ArchiveSpec): string {
  return `${spec.owner}:${spec.group} ${modeText(spec.mode)}`;
}

/** Has it the owner, group and mode that the inventory says? */
export function fits({ mode, owner, uid, group, gid }: FoundFile, spec: ArchiveSpec): boolean {
  return mode === modeText(spec.mode) && isIt(owner, uid, spec.owner) && isIt(group, gid, spec.group);
}

/** An inventory may name an owner by number too; a number without a name is what ls writes for one. */
function isIt(name: string, id: string | null, wanted: string): boolean {
  if (/^\d+$/.test(wanted)) return (id ?? (name === 'root' ? '0' : name)) === wanted;
  return name === wanted || (wanted === 'root' && name === '0');
}

/** A plain file's mode as ls writes it. */
function modeText(mode: number): string {
  const bits = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  return `-${bits.join('')}`;
}
