import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 512;
const MOST = 1 << 20;

/** One entry of an archive. */
export interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
}

/** The entries of a gzipped tar archive, at most a megabyte of it (POSIX.1-2017, pax, "ustar Interchange Format"). */
export function listEntries(archive: Uint8Array): Entry[] {
  const bytes = gunzipSync(archive, { maxOutputLength: MOST });
  const entries: Entry[] = [];
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const header = bytes.subarray(at, at + BLOCK);
    const text = (from: number, length: number) =>
      header.toString('latin1', from, from + length).replace(/\0.*$/s, '');
    const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim(), 8) || 0;
    const size = octal(124, 12);
    entries.push({ name: text(0, 100), mode: octal(100, 8), size });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

/** A gzipped tar archive with one file in it. */
export function packFile(name: string, mode: number, content: string): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0'.repeat(2), 108);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${'0'.repeat(11)}\0`, 136);
  // The check sum is taken with blanks in its own place.
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padded = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / BLOCK) * BLOCK);
  padded.write(content);
  return gzipSync(Buffer.concat([header, padded, Buffer.alloc(2 * BLOCK)]));
}
