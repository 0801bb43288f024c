import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Accounts, readAccounts } from './accounts.ts';
import { findFiles } from './glob.ts';

/** No ssh_config is longer. */
const READ_LIMIT = 1024 * 1024;

/** What became of reading a file. A reason is words that go on after a colon or "because". */
export type FileReading =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** The files of ssh_config, as ssh looks at them. */
export interface SshConfigFiles {
  /** With `isPrivate`, a file that others could have written is refused. Never rejects. */
  read(path: string, isPrivate: boolean): Promise<FileReading>;
  /** The files that match an absolute pattern of glob(7), in order. Never rejects. */
  glob(pattern: string): Promise<readonly string[]>;
  /** The home folder of a user of this machine, or null. */
  homeOf(user: string): string | null;
}

/** Makes the reader for the user with the number `uid`; null where users have none: then nobody's files are refused. */
export async function createSshConfigFiles(uid: number | null): Promise<SshConfigFiles> {
  const accounts = await readAccounts();
  return {
    read: (path, isPrivate) => read(path, (stats) => (isPrivate ? distrust(stats, uid, accounts) : null)),
    glob: findFiles,
    homeOf: (user) => accounts.homeOf(user),
  };
}

async function read(path: string, refusal: (stats: Stats) => string | null): Promise<FileReading> {
  try {
    // Whoever should write into a pipe is not waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      const reason = refusal(stats);
      if (reason !== null) return { kind: 'refused', reason };
      if (stats.isDirectory()) return { kind: 'unreadable', reason: 'it is a folder' };
      if (!stats.isFile() && !stats.isCharacterDevice())
        return { kind: 'unreadable', reason: 'it is not a regular file' };
      return await readText(file);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'missing' };
    return {
      kind: 'unreadable',
      reason: code === 'EACCES' ? 'you may not read it' : (code ?? String(thrown)),
    };
  }
}

async function readText(file: FileHandle): Promise<FileReading> {
  const bytes = Buffer.alloc(READ_LIMIT + 1);
  let length = 0;
  while (length <= READ_LIMIT) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length);
    // A byte order mark stays: ssh does not know it either.
    if (bytesRead === 0)
      return {
        kind: 'text',
        text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, length)),
      };
    length += bytesRead;
  }
  return { kind: 'unreadable', reason: 'it is larger than 1 MiB' };
}

/**
 * Why ssh would say "Bad owner or permissions" (readconf.c, read_config_file_depth), or null. A group that is the
 * owner's alone may write, as Debian's ssh has it: many systems make files that way.
 */
function distrust({ uid: owner, gid, mode }: Stats, uid: number | null, accounts: Accounts): string | null {
  if (uid === null) return null;
  if (owner !== 0 && owner !== uid) return 'it belongs to another user';
  if ((mode & 0o002) !== 0) return 'every user can write it';
  if ((mode & 0o020) !== 0 && !accounts.isOwnGroup(gid, owner)) return 'its group can write it';
  return null;
}
