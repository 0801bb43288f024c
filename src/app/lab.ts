import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../cli/parse.ts';
import { labRun, labUp } from '../commands/lab.ts';
import type { Request, RunRequest } from '../domain/request.ts';
import { startLab } from '../lab/lab.ts';
import { memoryState } from '../state/open.ts';
import { runOn } from './run.ts';
import type { World } from './world.ts';

/** `node-prep lab`: a fleet in a temporary folder, and the operator's own state left alone. */
export function lab(request: Extract<Request, { command: 'lab' }>, world: World): Promise<number> {
  const { action, agents, output, color } = request;
  const folder = mkdtempSync(join(world.temporary, 'node-prep-lab-'));
  // It has a private key and a password: not even a second Ctrl-C may leave it behind.
  world.interruption.beforeEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // Beside a result that is data, the story goes to standard error.
  const story = ['auto', 'live', 'lines'].includes(output) ? world.stdout : world.stderr;
  const user = { name: world.username, group: String(world.groupId) };
  const ports = {
    start: () => startLab({ agents, folder, node: world.node, path: world.env.PATH ?? '', user }),
    run: (inventory: string) =>
      runOn({ ...plainRun(inventory, world), output, color }, world, () =>
        memoryState(world.randomBytes(32)),
      ),
    say: (lines: readonly string[]) => void story.write(`${lines.join('\n')}\n`),
    untilInterrupted: () => new Promise<number>((wake) => world.interruption.listen(wake)),
  };
  return action === 'run' ? labRun(agents, ports) : labUp(agents, ports);
}

/** The request that `node-prep run <inventory>` makes. */
function plainRun(inventory: string, { version }: World): RunRequest {
  const parsed = parseCommandLine(['run', inventory], version);
  if (parsed.kind !== 'request' || parsed.request.command !== 'run')
    throw new Error('run without flags is no request');
  return parsed.request;
}
