import { crc32, gunzipSync } from 'node:zlib';
import { err, ok, type Result } from '../lib/result.ts';

/** The longest stored block (RFC 1951, 3.2.4). */
const BLOCK = 0xffff;
/** RFC 1952: deflate, no flags, no time, no extra flags, an operating system that is not told. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * A gzip file whose data is stored, not compressed: written out here, so that its bytes depend on no version of
 * zlib. A whole archive is a few kilobytes, which is not worth compressing.
 */
export function gzipStored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [HEADER];
  for (let start = 0; start === 0 || start < data.length; start += BLOCK) {
    const block = data.subarray(start, start + BLOCK);
    const head = Buffer.alloc(5);
    head.writeUInt8(start + BLOCK >= data.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    parts.push(head, block);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data), 0);
  trailer.writeUInt32LE(data.length, 4);
  return new Uint8Array(Buffer.concat([...parts, trailer]));
}

/** Does it begin as a gzip file does? */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks at most `limit` bytes, whatever is claimed or repeated; bytes that are no gzip file are `damaged`. */
export function gunzip(bytes: Uint8Array, limit: number): Result<Uint8Array, 'damaged' | 'too large'> {
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: limit }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return err(code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'damaged');
  }
}
