import { Header, Parser, type ReadEntry } from 'tar';
import { err, ok, type Result } from '../lib/result.ts';
import { type ArchiveContents, type ArchivedFile, CONFIG, LEGACY, readContents } from './contents.ts';
import { gunzip, gzipStored, isGzip } from './gzip.ts';

/** An archive on an agent is read up to this size, in bytes. */
export const ARCHIVE_LIMIT = 64 * 1024;
const UNPACKED_LIMIT = 1024 * 1024;
/** The same for everybody. Not zero: older versions of GNU tar warn about an implausibly old time stamp. */
const MTIME = new Date('2016-01-01T00:00:00Z');

/** What tar unpacks, though this tool does not: the first bytes of each format. */
const OTHER_FORMATS: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lzip', [0x4c, 0x5a, 0x49, 0x50]],
  ['compress', [0x1f, 0x9d]],
];

/**
 * The archive that an agent gets: `.docker/` (0700) and `.docker/config.json` (0600) of root:root, in ustar and
 * gzip, as `tar -czf docker.tar.gz .docker` would make it. The same text gives the same bytes, everywhere.
 */
export function packArchive(config: string): Uint8Array {
  const body = Buffer.from(config, 'utf8');
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  const end = Buffer.alloc(1024);
  const folder = header('.docker/', 'Directory', 0o700, 0);
  return gzipStored(Buffer.concat([folder, header(CONFIG, 'File', 0o600, body.length), body, padding, end]));
}

function header(path: string, type: 'File' | 'Directory', mode: number, size: number): Buffer {
  const block = Buffer.alloc(512);
  const ids = { uid: 0, gid: 0, uname: 'root', gname: 'root' };
  new Header({ path, type, mode, size, mtime: MTIME, ...ids }).encode(block);
  return block;
}

/**
 * What an archive holds; an error says why tar itself could not unpack it, or docker not use it. Any bytes give a
 * value, in bounded memory: what cannot be judged (too large, another compression) is named in `opaque`.
 */
export function readArchive(bytes: Uint8Array): Result<ArchiveContents, string> {
  if (bytes.length > ARCHIVE_LIMIT) return ok(opaque('an archive of more than 64 KiB'));
  const other = OTHER_FORMATS.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte));
  if (other !== undefined) return ok(opaque(`an archive packed with ${other[0]}`));
  // tar takes an archive that is not compressed too, whatever its name says.
  const unpacked = isGzip(bytes) ? gunzip(bytes, UNPACKED_LIMIT) : ok(bytes);
  if (!unpacked.ok) {
    if (unpacked.error === 'too large') return ok(opaque('an archive that unpacks to more than 1 MiB'));
    return err('it is no whole gzip file');
  }
  const files = untar(unpacked.value);
  return files === null ? err('it is no whole tar archive') : readContents(files);
}

function opaque(what: string): ArchiveContents {
  return {
    registries: [],
    credsStore: null,
    credHelpers: [],
    files: [],
    opaque: [what],
    unloadable: null,
    unsafe: [],
  };
}

/** The entries of a tar archive, with the bytes of the two files that matter; null if it is damaged. */
function untar(bytes: Uint8Array): readonly ArchivedFile[] | null {
  // The parser would unpack what is compressed twice by itself, without a bound.
  if (bytes.length === 0 || isGzip(bytes)) return null;
  const files: OpenFile[] = [];
  let damaged = false;
  try {
    const parser = new Parser({ zstd: false, brotli: false });
    const spoilt = () => {
      damaged = true;
    };
    parser.on('warn', spoilt);
    parser.on('error', spoilt);
    parser.on('entry', (entry: ReadEntry) => files.push(readFile(entry)));
    parser.end(Buffer.from(bytes));
  } catch {
    return null;
  }
  return damaged
    ? null
    : files.map(({ path, kind, chunks }) => ({ path, kind, body: Buffer.concat(chunks) }));
}

interface OpenFile extends Omit<ArchivedFile, 'body'> {
  readonly chunks: Uint8Array[];
}

function readFile(entry: ReadEntry): OpenFile {
  const path = entry.path.replace(/^(\.\/+)+/, '').replace(/\/{2,}/g, '/');
  const chunks: Uint8Array[] = [];
  const kind: ArchivedFile['kind'] =
    entry.type === 'Directory' ? 'folder' : /^(Old|Contiguous)?File$/.test(entry.type) ? 'file' : 'other';
  if (kind === 'file' && (path === CONFIG || path === LEGACY))
    entry.on('data', (chunk) => chunks.push(chunk));
  else entry.resume();
  return { path, kind, chunks };
}
