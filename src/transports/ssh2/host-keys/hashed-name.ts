import { createHmac } from 'node:crypto';

/** SHA-1 works on blocks of 16 words of 32 bits (FIPS 180-4, 6.1.2). */
const BLOCK_BYTES = 64;
/** The longest message that fits into one padded block, after the block of the key. */
const ONE_BLOCK_MESSAGE = BLOCK_BYTES - 9;
const START = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

const schedule = new Int32Array(80);
const at = (from: Int32Array, index: number): number => from[index] as number;

/** One compression step: `state` and a block in, the next state out (into `into`, which is returned). */
function compress(state: Int32Array, block: Int32Array, into: Int32Array): Int32Array {
  for (let i = 0; i < 16; i += 1) schedule[i] = at(block, i);
  for (let i = 16; i < 80; i += 1) {
    const mixed = at(schedule, i - 3) ^ at(schedule, i - 8) ^ at(schedule, i - 14) ^ at(schedule, i - 16);
    schedule[i] = (mixed << 1) | (mixed >>> 31);
  }
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  for (let i = 0; i < 80; i += 1) {
    let f: number;
    if (i < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else f = (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + f + e + at(schedule, i)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  into[0] = (at(state, 0) + a) | 0;
  into[1] = (at(state, 1) + b) | 0;
  into[2] = (at(state, 2) + c) | 0;
  into[3] = (at(state, 3) + d) | 0;
  into[4] = (at(state, 4) + e) | 0;
  return into;
}

/** Bytes as big-endian words; as many as are asked for, zeros after the end. */
function wordsOf(bytes: Uint8Array, count: number): Int32Array {
  const padded = new Uint8Array(count * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return Int32Array.from({ length: count }, (_, i) => view.getInt32(i * 4));
}

/** The block that ends a message of one whole block and `tail`: a bit, zeros, the length in bits. */
function lastBlock(tail: Uint8Array): Int32Array {
  const block = wordsOf(Uint8Array.of(...tail, 0x80), 16);
  block[15] = (BLOCK_BYTES + tail.length) * 8;
  return block;
}

/** A host name in lower case, made ready once for comparison with many hashed names. */
export interface HashableName {
  readonly text: string;
  /** Null where the name is too long for one block. */
  readonly block: Int32Array | null;
}

export function hashableName(text: string): HashableName {
  const bytes = Buffer.from(text);
  return { text, block: bytes.length <= ONE_BLOCK_MESSAGE ? lastBlock(bytes) : null };
}

const scratch = new Int32Array(5);
const digestBlock = lastBlock(new Uint8Array(20));
digestBlock[5] = 0x80 << 24;

/**
 * Tells whether a name is the one behind `|1|salt|hash` of known_hosts: HMAC-SHA1 of the name with the salt as its
 * key (RFC 2104). Every name of a fleet meets every hashed line, and node:crypto takes 10 to 20 µs to set up each
 * HMAC; here the two blocks of the key are done once per line, which leaves about 1 µs per name. Nothing here is
 * a secret. `hash` has 20 bytes.
 */
export function hashedNameMatcher(salt: Uint8Array, hash: Uint8Array): (name: HashableName) => boolean {
  const slowly = (name: HashableName) => createHmac('sha1', salt).update(name.text).digest().equals(hash);
  if (salt.length > BLOCK_BYTES) return slowly;
  const key = wordsOf(salt, 16);
  const wanted = wordsOf(hash, 5);
  let inner: Int32Array | null = null;
  let outer: Int32Array | null = null;
  return (name) => {
    if (name.block === null) return slowly(name);
    inner ??= compress(
      START,
      key.map((word) => word ^ 0x36363636),
      new Int32Array(5),
    );
    outer ??= compress(
      START,
      key.map((word) => word ^ 0x5c5c5c5c),
      new Int32Array(5),
    );
    digestBlock.set(compress(inner, name.block, scratch));
    compress(outer, digestBlock, scratch);
    for (let i = 0; i < 5; i += 1) if (scratch[i] !== wanted[i]) return false;
    return true;
  };
}
