/** Commands that the contract names and that a later version brings; refused by name, never ignored. */
export const LATER_COMMANDS: readonly string[] = ['rotate', 'rollback'];

/** The same for words after a command. */
export const LATER_ACTIONS: readonly string[] = ['rotate'];

/** Flags of later versions, with the command that they will belong to. */
export const LATER_FLAGS: ReadonlyMap<string, string> = new Map(
  ['--canary', '--wave', '--by', '--pause', '--confirm', '--forget-previous'].map((flag) => [flag, 'rotate']),
);
