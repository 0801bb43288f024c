import { run } from '../commands/run.ts';
import type { Report } from '../domain/report.ts';
import type { RunRequest } from '../domain/request.ts';
import type { Warning } from '../domain/target.ts';
import type { State } from '../state/state.ts';
import { onFleet } from './fleet.ts';
import { openFilesOf } from './report.ts';
import type { World } from './world.ts';

/** `node-prep run` on one inventory. Null: there were problems; they are printed. */
export function runOn(
  request: RunRequest,
  world: World,
  openState: (warn: (warning: Warning) => void) => State,
): Promise<Report | null> {
  const command = {
    request,
    openFiles: openFilesOf(request),
    work: run.bind(null, request),
  };
  return onFleet(command, world, openState);
}
