/** Commands that the contract names and that a later version brings; refused by name, never ignored. */
export const LATER_COMMANDS: readonly string[] = ['check', 'rotate', 'rollback'];

/** The same for words after a command. */
export const LATER_ACTIONS: readonly string[] = ['check', 'rotate'];

/** Flags of later versions, with the commands that they will belong to. */
export const LATER_FLAGS: ReadonlyMap<string, string> = new Map([
  ...flagsOf('check', '--app --marathon --app-id --image --pull --pull-timeout --task-user --strict'),
  ...flagsOf('check and rotate', '--prometheus'),
  ...flagsOf('rotate', '--canary --wave --by --pause --confirm --forget-previous'),
]);

function flagsOf(command: string, flags: string): [flag: string, command: string][] {
  return flags.split(' ').map((flag) => [flag, command]);
}
