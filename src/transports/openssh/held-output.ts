import type { ExecListener } from '../transport.ts';

/** Output that is kept until somebody listens to it. */
export interface HeldOutput extends ExecListener {
  /** From now on the listener hears what comes, and first what has come. */
  release(listener: ExecListener): void;
  /** The end of standard error, while it is held. */
  stderrTail(): string;
}

/** As much of each stream as is kept while nobody listens; what is beyond is dropped. */
const HELD = 1_048_576;
const TAIL = 4_096;

export function createHeldOutput(): HeldOutput {
  let listener: ExecListener | null = null;
  const held = { stdout: hold(), stderr: hold() };
  return {
    stdout: (bytes) => (listener === null ? held.stdout.add(bytes) : listener.stdout(bytes)),
    stderr: (bytes) => (listener === null ? held.stderr.add(bytes) : listener.stderr(bytes)),
    release(to) {
      listener = to;
      for (const bytes of held.stdout.take()) to.stdout(bytes);
      for (const bytes of held.stderr.take()) to.stderr(bytes);
    },
    stderrTail: () => held.stderr.tail(),
  };
}

function hold() {
  let parts: Uint8Array[] = [];
  let size = 0;
  let tail = Buffer.alloc(0);
  return {
    add(bytes: Uint8Array): void {
      tail = Buffer.concat([tail, bytes]).subarray(-TAIL);
      const kept = bytes.subarray(0, HELD - size);
      size += kept.length;
      if (kept.length > 0) parts.push(kept);
    },
    take(): readonly Uint8Array[] {
      const taken = parts;
      parts = [];
      return taken;
    },
    tail: () => tail.toString('latin1'),
  };
}
