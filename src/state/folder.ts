import { chmodSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * Where the state is kept: `$XDG_STATE_HOME/node-prep`, else `~/.local/state/node-prep`. A relative XDG_STATE_HOME
 * is ignored, as the XDG Base Directory Specification wants.
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const base = env.XDG_STATE_HOME ?? '';
  return join(isAbsolute(base) ? base : join(home, '.local', 'state'), 'node-prep');
}

/** Makes the folder where it is missing, and the owner's alone whatever the umask was. Throws what the system says. */
export function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}
