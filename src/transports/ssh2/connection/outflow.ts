/** What is to be sent through a channel, in pieces that the other side has room for. */
export interface Outflow {
  /** Queues bytes, which must not change any more; nothing once the end is queued. */
  write(bytes: Uint8Array): void;
  /** Queues the end; `sent` is called once everything has gone. */
  end(sent?: () => void): void;
  /** The other side has room for so much more; its packets may have so many bytes at most. */
  open(window: number, packet: number): void;
  widen(bytes: number): void;
  /** Nothing more is sent. */
  stop(): void;
  /** How many bytes wait for room. */
  readonly pending: number;
}

/** ssh2, and others, take packets of 35,000 bytes at most, all in all. */
const LONGEST = 32 * 1024;
const MOST_WINDOW = 0xffff_ffff;

/** `send` gets the pieces, `finish` the end. */
export function createOutflow(send: (bytes: Uint8Array) => void, finish: () => void): Outflow {
  let queue: Uint8Array[] = [];
  let pending = 0;
  let window = 0;
  let longest = 0;
  let state: 'writing' | 'ending' | 'over' = 'writing';
  let whenSent: (() => void) | undefined;

  function pump(): void {
    while (window > 0 && longest > 0) {
      const [bytes] = queue;
      if (bytes === undefined) break;
      const size = Math.min(bytes.length, window, longest);
      window -= size;
      pending -= size;
      if (size === bytes.length) queue.shift();
      else queue[0] = bytes.subarray(size);
      send(bytes.subarray(0, size));
    }
    if (state !== 'ending' || queue.length > 0) return;
    // The end needs no room, but a channel that is open.
    if (longest === 0) return;
    state = 'over';
    finish();
    whenSent?.();
  }
  return {
    write(bytes) {
      if (state !== 'writing' || bytes.length === 0) return;
      queue.push(bytes);
      pending += bytes.length;
      pump();
    },
    end(sent) {
      if (state !== 'writing') return;
      state = 'ending';
      whenSent = sent;
      pump();
    },
    open(first, packet) {
      window = first;
      longest = Math.min(packet, LONGEST);
      pump();
    },
    widen(bytes) {
      window = Math.min(window + bytes, MOST_WINDOW);
      pump();
    },
    stop() {
      state = 'over';
      queue = [];
      pending = 0;
    },
    get pending() {
      return pending;
    },
  };
}
