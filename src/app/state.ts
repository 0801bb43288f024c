import type { Warning } from '../domain/target.ts';
import { stateFolder } from '../state/folder.ts';
import { openState } from '../state/open.ts';
import type { State } from '../state/state.ts';
import type { World } from './world.ts';

/** The operator's own state folder; `warn` hears it where it does not work. */
export function openOwnState({ env, home, randomBytes }: World, warn: (warning: Warning) => void): State {
  return openState(stateFolder(env, home), { randomBytes, warn });
}
