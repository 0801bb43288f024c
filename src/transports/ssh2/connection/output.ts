import type { ExecListener } from '../../transport.ts';

/** The two output streams of a command, which may begin before anybody listens. */
export interface Output {
  push(bytes: Buffer, isError: boolean): void;
  /** Passes on what has come, and from now on all that comes, at once. */
  listen(listener: ExecListener): void;
}

/** As much of what comes before anybody listens as is kept, of both streams together: the window for it. */
const MOST_KEPT = 1024 * 1024;

/** A stream that is kept: it grows by doubling, so that many small pieces cost no more than a few large ones. */
interface Kept {
  bytes: Buffer;
  length: number;
}

/** `consumed` is called with the size of what has been passed on. */
export function createOutput(consumed: (bytes: number) => void): Output {
  const kept: readonly [Kept, Kept] = [
    { bytes: Buffer.alloc(0), length: 0 },
    { bytes: Buffer.alloc(0), length: 0 },
  ];
  let listener: ExecListener | null = null;

  function keep(stream: Kept, bytes: Buffer): void {
    const room = MOST_KEPT - kept[0].length - kept[1].length;
    const taken = bytes.subarray(0, room);
    const length = stream.length + taken.length;
    if (length > stream.bytes.length) {
      const grown = Buffer.alloc(Math.min(MOST_KEPT, Math.max(1024, length * 2)));
      stream.bytes.copy(grown, 0, 0, stream.length);
      stream.bytes = grown;
    }
    taken.copy(stream.bytes, stream.length);
    stream.length = length;
  }
  return {
    push(bytes, isError) {
      if (listener === null) return keep(kept[isError ? 1 : 0], bytes);
      if (isError) listener.stderr(bytes);
      else listener.stdout(bytes);
      consumed(bytes.length);
    },
    listen(now) {
      listener = now;
      const [stdout, stderr] = kept.map(({ bytes, length }) => bytes.subarray(0, length));
      if (stdout !== undefined && stdout.length > 0) now.stdout(stdout);
      if (stderr !== undefined && stderr.length > 0) now.stderr(stderr);
      consumed(kept[0].length + kept[1].length);
      for (const stream of kept) Object.assign(stream, { bytes: Buffer.alloc(0), length: 0 });
    },
  };
}
