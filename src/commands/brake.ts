import type { RunEvent } from '../domain/event.ts';
import type { Report } from '../domain/report.ts';
import { createStop, type Stop } from '../engine/stop.ts';

interface BrakePorts {
  readonly emit: (event: RunEvent) => void;
  /** Calls back on the operator's first interruption, with the exit code that it means. */
  readonly onInterrupt: (listener: (exitCode: 130 | 143) => void) => void;
}

/** One brake for all: the operator's interruption, a refused credential, too many failures. */
export interface Brake {
  readonly stop: Stop;
  /** The exit code that the operator's interruption means; null while there was none. */
  readonly interrupted: 130 | 143 | null;
  /** From now on an interruption means nothing. */
  release(): void;
}

/** A brake that the operator's Ctrl-C pulls. */
export function createBrake({ onInterrupt, emit }: BrakePorts, command: Report['command']): Brake {
  const stop = createStop();
  let interrupted: 130 | 143 | null = null;
  let over = false;
  onInterrupt((exitCode) => {
    if (over) return;
    interrupted = exitCode;
    const now =
      command === 'check'
        ? 'those at work stop and clean up, no more are started'
        : 'agents that are being changed are finished, no more are started';
    const message = `Interrupted: ${now}. Again: end at once.`;
    emit({ type: 'interrupted', message });
    stop.pull({ kind: 'interrupted', words: 'the operator interrupted' });
  });
  return {
    stop,
    get interrupted() {
      return interrupted;
    },
    release() {
      over = true;
    },
  };
}
