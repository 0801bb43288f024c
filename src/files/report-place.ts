import { constants, fstatSync, open, readdirSync, writeSync } from 'node:fs';
import { access, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import { promisify } from 'node:util';
import { err, ok, type Result } from '../lib/result.ts';

/** Where a report can go: a file, there already or not, or something open that takes what is written. */
export type Place =
  | { readonly kind: 'file'; readonly path: string; readonly existing: Existing | null }
  | { readonly kind: 'descriptor'; readonly descriptor: number };

/** What is kept of a file that is replaced. */
export interface Existing {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The same for all names of one file. */
  readonly identity: string;
}

const MOST_LINKS = 40;
const MOST_DESCRIPTOR = 2 ** 31 - 1;

/**
 * What a path means to who wants to write there. Links are followed, so that what they lead to is replaced, never the
 * link. Descriptors and devices are written to as they are. An error says in words why nothing can be written.
 */
export async function findPlace(path: string): Promise<Result<Place, string>> {
  try {
    if (path.endsWith('/')) return err('it names a folder');
    const found = await follow(path);
    if (typeof found === 'number') return isOpenForWriting(found) ? ok(at(found)) : err(reasonOf('EBADF'));
    const there = await stat(found).catch(absent);
    if (there === null) return ok({ kind: 'file', path: found, existing: null });
    if (there.isDirectory()) return err('it is a folder');
    if (there.isFIFO()) return err('it is a named pipe');
    if (there.isSocket()) return err('it is a socket');
    if (there.isBlockDevice()) return err('it is a disk');
    if (there.isCharacterDevice())
      return ok(at(await promisify(open)(found, constants.O_WRONLY | constants.O_NOCTTY)));
    await access(found, constants.W_OK);
    const { mode, uid, gid } = there;
    return ok({
      kind: 'file',
      path: found,
      existing: { mode: mode & 0o777, uid, gid, identity: await identityOf(found) },
    });
  } catch (thrown) {
    return err(reasonOf(thrown));
  }
}

/** The same text for all names of one file. Rejects where there is none. */
export async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev}:${ino}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EBADF: 'no descriptor of that number is open for writing',
  EDQUOT: 'your quota is used up',
  EISDIR: 'a folder is there',
  ELOOP: 'its links lead in a circle',
  ENOENT: 'there is no such folder',
  ENOSPC: 'no space is left there',
  ENOTDIR: 'a part of its path is no folder',
  ENXIO: 'there is nothing behind it',
  EPERM: 'you may not write there',
  EPIPE: 'nobody reads it any more',
  EROFS: 'that file system is read-only',
};

/** Why a call of the system failed, in words that go on after a colon; takes what was thrown, or its code. */
export function reasonOf(thrown: unknown): string {
  const code =
    typeof thrown === 'string' ? thrown : ((thrown as NodeJS.ErrnoException).code ?? String(thrown));
  return REASONS[code] ?? code;
}

const at = (descriptor: number): Place => ({ kind: 'descriptor', descriptor });

/** Follows the last part of a path to what is no link: a path, or the number of an own descriptor. */
async function follow(path: string, links = 0): Promise<string | number> {
  const descriptor = descriptorOf(normalize(path));
  if (descriptor !== null) return descriptor;
  if (links > MOST_LINKS) throw Object.assign(new Error(path), { code: 'ELOOP' });
  // Not `resolve`: behind a link to a folder, `..` is that folder's own parent.
  const folder = await realpath(dirname(path));
  const link = await readlink(path).catch(absent);
  return link === null ? join(folder, basename(path)) : follow(resolve(folder, link), links + 1);
}

/** Where links lead is a file to replace, except for these names: behind them is what the program was started with. */
function descriptorOf(path: string): number | null {
  const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(path);
  if (standard >= 0) return standard;
  const number = /^(?:\/dev|\/proc\/(?:self|thread-self))\/fd\/(\d{1,10})$/.exec(path)?.[1];
  return number === undefined ? null : Math.min(Number(number), MOST_DESCRIPTOR);
}

const isOpenForWriting = (descriptor: number) =>
  takesWrites(descriptor) && (descriptor <= 2 || !isOwnPipe(descriptor));

/** A write of nothing tells: write(2) looks at how a descriptor was opened before all else. */
function takesWrites(descriptor: number): boolean {
  try {
    writeSync(descriptor, new Uint8Array(0));
    return true;
  } catch {
    return false;
  }
}

/** Node has pipes to itself, and what is written there would confuse it. Both ends of those are in this process. */
function isOwnPipe(descriptor: number): boolean {
  const { dev, ino } = fstatSync(descriptor);
  return readdirSync('/dev/fd').some((name) => {
    const other = Number(name);
    if (other <= 2) return false;
    try {
      const end = fstatSync(other);
      return end.isFIFO() && end.dev === dev && end.ino === ino && !takesWrites(other);
    } catch {
      // The listing itself was one of them.
      return false;
    }
  });
}

function absent(thrown: unknown): null {
  // EINVAL is readlink's word for what is no link.
  if (['ENOENT', 'EINVAL'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return null;
  throw thrown;
}
