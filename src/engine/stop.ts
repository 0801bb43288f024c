/** Why no more agents are started: the first reason stays. */
export type StopReason =
  | { readonly kind: 'credential-refused'; readonly words: string }
  | { readonly kind: 'max-failures'; readonly words: string }
  | { readonly kind: 'logins-refused'; readonly words: string }
  | { readonly kind: 'interrupted'; readonly words: string };

/** The run's brake, shared by all agents. `refused` is what makes the exit code 3. */
export interface Stop {
  readonly reason: StopReason | null;
  pull(reason: StopReason): void;
  /** Called once, when the brake is pulled (at once, if it has been). */
  onPull(listener: (reason: StopReason) => void): void;
}

export function createStop(): Stop {
  let reason: StopReason | null = null;
  const listeners: ((reason: StopReason) => void)[] = [];
  return {
    get reason() {
      return reason;
    },
    pull(why) {
      if (reason !== null) return;
      reason = why;
      for (const listener of listeners.splice(0)) listener(why);
    },
    onPull(listener) {
      if (reason === null) listeners.push(listener);
      else listener(reason);
    },
  };
}
