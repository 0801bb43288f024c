import { check } from '../commands/check.ts';
import type { Report } from '../domain/report.ts';
import type { AppSource, CheckRequest } from '../domain/request.ts';
import type { Secret } from '../domain/secret.ts';
import type { Warning } from '../domain/target.ts';
import { readAppFile } from '../files/app-file.ts';
import { readCaFile } from '../files/ca-file.ts';
import { ok } from '../lib/result.ts';
import { askMarathon } from '../marathon-api/ask.ts';
import { annotations } from '../output/annotations.ts';
import type { State } from '../state/state.ts';
import { onFleet } from './fleet.ts';
import { openFilesOf } from './report.ts';
import type { World } from './world.ts';

/** `node-prep check` on one inventory. Null: there were problems; they are printed. */
export async function checkOn(
  request: CheckRequest,
  world: World,
  openState: (warn: (warning: Warning) => void) => State,
): Promise<Report | null> {
  const { signal } = world.interruption;
  async function ask(
    { url, appId }: Extract<AppSource, { kind: 'marathon' }>,
    token: Secret | null,
    caFile: string | null,
  ) {
    const ca = caFile === null ? ok(null) : await readCaFile(caFile, signal);
    return ca.ok ? askMarathon({ url, appId, token, ca: ca.value, signal }) : ca;
  }
  const app = {
    readApp: (path: string) => readAppFile(path, world.stdin, signal),
    askMarathon: ask,
  };
  const file = request.app?.kind === 'file' && request.app.path !== '-' ? request.app.path : null;
  const report = await onFleet(
    {
      request,
      // The app is read before they are written, and must not be what they replace.
      openFiles: (around) => {
        const inUse = file === null ? [] : [{ path: file, what: 'the app' }];
        return openFilesOf(request)({ ...around, inUse: [...around.inUse, ...inUse] });
      },
      work: (inventory, ports) => check(request, inventory, { ...ports, ...app }),
    },
    world,
    openState,
  );
  // Where GitHub reads them from the log, and nobody else's data is.
  if (report !== null && world.env.GITHUB_ACTIONS === 'true') {
    world.stderr.write(annotations(report, file));
  }
  return report;
}
