import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

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
  if (!isFolder(folder)) makeFolder(folder);
  chmodSync(folder, 0o700);
}

// Not mkdir's own `recursive`: on a file system where a folder is there but takes none (/proc), Node 24 tries for ever.
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent) && parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    // Another process may have been quicker.
    if (!isFolder(folder)) throw thrown;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
