/** What passes while SSH is still in plain text: the version line, then messages, by their numbers (RFC 4253, 12). */
export type Plain = 'version' | number;

/** The message that ends the plain text. */
export const NEWKEYS = 21;

/** Follows one direction of a connection: bytes in, what has come whole with them out; nothing after NEWKEYS. */
export function createPlainReader(): (bytes: Uint8Array) => readonly Plain[] {
  let kept = Buffer.alloc(0);
  let versionSeen = false;
  let over = false;

  function next(): Plain | null {
    if (!versionSeen) {
      const end = kept.indexOf('\n');
      if (end < 0) return null;
      versionSeen = kept.subarray(0, 4).toString('latin1') === 'SSH-';
      kept = kept.subarray(end + 1);
      return versionSeen ? 'version' : next();
    }
    // uint32 length, byte of padding's length, the message (RFC 4253, 6).
    if (over || kept.length < 6 || kept.length < 4 + kept.readUInt32BE(0)) return null;
    const message = kept[5] ?? 0;
    kept = kept.subarray(4 + kept.readUInt32BE(0));
    over = message === NEWKEYS;
    return message;
  }
  return (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    const passed: Plain[] = [];
    for (let found = next(); found !== null; found = next()) passed.push(found);
    return passed;
  };
}
