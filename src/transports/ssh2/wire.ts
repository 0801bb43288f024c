/** Reads the fields of SSH messages (RFC 4251, 5) in turn; null once the bytes do not suffice. */
export interface WireReader {
  uint32(): number | null;
  string(): Buffer | null;
}

export function wireReader(bytes: Uint8Array): WireReader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  function uint32(): number | null {
    if (position + 4 > buffer.length) return null;
    position += 4;
    return buffer.readUInt32BE(position - 4);
  }
  return {
    uint32,
    string() {
      const length = uint32();
      if (length === null || position + length > buffer.length) return null;
      position += length;
      return buffer.subarray(position - length, position);
    },
  };
}

/** A number as SSH messages hold it. */
export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Bytes with their length before them, as SSH messages hold strings. */
export function wireString(bytes: Uint8Array): Buffer {
  return Buffer.concat([wireUint32(bytes.length), bytes]);
}
