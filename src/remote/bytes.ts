/** Bytes that are gathered piece by piece, up to a limit. */
export interface Bytes {
  /** False, and nothing is added, where there is no room for all of them. */
  add(bytes: Uint8Array): boolean;
  /** What was gathered; valid until the next call. */
  peek(): Uint8Array;
  /** The same, as a copy; begins anew. */
  take(): Uint8Array;
}

/** Gathers up to `limit` bytes; takes memory only for what is there. */
export function createBytes(limit: number): Bytes {
  let store = new Uint8Array(256);
  let length = 0;
  return {
    add(bytes) {
      const wanted = length + bytes.length;
      if (wanted > limit) return false;
      if (wanted > store.length) {
        const larger = new Uint8Array(Math.max(wanted, store.length * 2));
        larger.set(store.subarray(0, length));
        store = larger;
      }
      store.set(bytes, length);
      length = wanted;
      return true;
    },
    peek: () => store.subarray(0, length),
    take() {
      const taken = store.slice(0, length);
      length = 0;
      return taken;
    },
  };
}

/** Keeps the last `limit` of all the bytes that it is given. */
export function createTail(limit: number): { add(bytes: Uint8Array): void; peek(): Uint8Array } {
  let store = new Uint8Array(0);
  let length = 0;
  return {
    add(bytes) {
      const kept = bytes.subarray(Math.max(0, bytes.length - limit));
      if (store.length === 0 && kept.length > 0) store = new Uint8Array(limit * 2);
      if (length + kept.length > store.length) {
        store.copyWithin(0, length - limit, length);
        length = limit;
      }
      store.set(kept, length);
      length += kept.length;
    },
    peek: () => store.subarray(Math.max(0, length - limit), length),
  };
}
