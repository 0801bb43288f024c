/** Gathers what is written in one go, so that it leaves as one segment. */
export interface Writer {
  write(bytes: Uint8Array): void;
  /** Nothing leaves until as many calls of `release` have come, or 1 MiB has gathered. */
  hold(): void;
  release(): void;
  /** Sends what there is, held or not. */
  flush(): void;
}

/** More than any flight of ours: a server that makes us answer without end must not fill the memory meanwhile. */
const MOST_HELD = 1024 * 1024;

/** ssh2 writes each packet in three parts, and a flight is several packets: `send` gets them as one piece. */
export function createWriter(send: (bytes: Uint8Array) => void): Writer {
  let parts: Uint8Array[] = [];
  let size = 0;
  let held = 0;
  let isDue = false;

  function flush(): void {
    const [first, ...more] = parts;
    if (first === undefined) return;
    parts = [];
    size = 0;
    send(more.length === 0 ? first : Buffer.concat([first, ...more]));
  }
  function schedule(): void {
    if (isDue || held > 0 || parts.length === 0) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      if (held === 0) flush();
    });
  }
  return {
    write(bytes) {
      parts.push(bytes);
      size += bytes.length;
      if (size > MOST_HELD) flush();
      else schedule();
    },
    hold() {
      held += 1;
    },
    release() {
      held -= 1;
      schedule();
    },
    flush,
  };
}
