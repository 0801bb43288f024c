/** Why no more agents are started. */
export type StopReason = {
  readonly kind: 'max-failures' | 'logins-refused' | 'credential-refused' | 'interrupted';
  readonly words: string;
};

/** The run's brake, shared by all agents. */
export interface Stop {
  /** The gravest reason up to now. */
  readonly reason: StopReason | null;
  /** Pulls the brake; a reason that is no graver than the present one changes nothing. */
  pull(reason: StopReason): void;
  /** Calls back for the present reason and for each graver one; gives what ends that. */
  onPull(listener: (reason: StopReason) => void): () => void;
}

/** The graver, the later: who is started no more may still work on; a refused credential ends that; Ctrl-C all. */
const GRAVITY = ['max-failures', 'logins-refused', 'credential-refused', 'interrupted'] as const;

export function createStop(): Stop {
  let reason: StopReason | null = null;
  const listeners = new Set<(reason: StopReason) => void>();
  const gravity = (found: StopReason | null) => (found === null ? -1 : GRAVITY.indexOf(found.kind));
  return {
    get reason() {
      return reason;
    },
    pull(why) {
      if (gravity(why) <= gravity(reason)) return;
      reason = why;
      for (const listener of [...listeners]) listener(why);
    },
    onPull(listener) {
      listeners.add(listener);
      if (reason !== null) listener(reason);
      return () => listeners.delete(listener);
    },
  };
}
