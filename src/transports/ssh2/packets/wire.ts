/** Reads the fields of SSH messages (RFC 4251, 5) in turn; null once the bytes do not suffice. */
export interface WireReader {
  uint32(): number | null;
  uint64(): bigint | null;
  string(): Buffer | null;
  /** What has not been read yet. */
  rest(): Buffer;
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
    uint64() {
      if (position + 8 > buffer.length) return null;
      position += 8;
      return buffer.readBigUInt64BE(position - 8);
    },
    string() {
      const length = uint32();
      if (length === null || position + length > buffer.length) return null;
      position += length;
      return buffer.subarray(position - length, position);
    },
    rest: () => buffer.subarray(position),
  };
}

/** A number as SSH messages hold it. */
export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Bytes with their length before them, as SSH messages hold strings; text as UTF-8. */
export function wireString(bytes: Uint8Array | string): Buffer {
  const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return Buffer.concat([wireUint32(content.length), content]);
}

/** A whole number that is not negative, given most significant byte first, as SSH messages hold it (`mpint`). */
export function wireMpint(magnitude: Uint8Array): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? magnitude.subarray(magnitude.length) : magnitude.subarray(first);
  // A leading bit that is set would mean a negative number.
  return wireString((digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Uint8Array.of(0), digits]));
}

const FLAGS = [Uint8Array.of(0), Uint8Array.of(1)] as const;

/** A boolean as SSH messages hold it. */
export const wireFlag = (value: boolean): Uint8Array => FLAGS[value ? 1 : 0];
