import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../cli/parse.ts';
import { labCheck, labRun, labUp } from '../commands/lab.ts';
import type { Request } from '../domain/request.ts';
import { CHECKED_FAULTS } from '../lab/checked-faults.ts';
import { agentNames, startLab } from '../lab/lab.ts';
import { memoryState } from '../state/open.ts';
import { checkOn } from './check.ts';
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
  const fleet = action === 'check' ? { prepared: true, faults: faultsFor(agents) } : {};
  const user = { name: world.username, group: String(world.groupId) };
  const ports = {
    start: () => startLab({ agents, folder, node: world.node, path: world.env.PATH ?? '', user, ...fleet }),
    run: (inventory: string) => {
      const state = () => memoryState(world.randomBytes(32));
      const asked = { ...plain(action === 'check' ? 'check' : 'run', inventory, world), output, color };
      return asked.command === 'check' ? checkOn(asked, world, state) : runOn(asked, world, state);
    },
    say: (lines: readonly string[]) => void story.write(`${lines.join('\n')}\n`),
    untilInterrupted: () => new Promise<number>((wake) => world.interruption.listen(wake)),
  };
  if (action === 'up') return labUp(agents, ports);
  return action === 'check' ? labCheck(agents, ports) : labRun(agents, ports);
}

/** The last agents have a fault each, as far as they go; the first is always a good one. */
function faultsFor(agents: number) {
  const faulty = agentNames(agents).slice(1).slice(-CHECKED_FAULTS.length);
  return Object.fromEntries(faulty.map((name, index) => [name, CHECKED_FAULTS[index] ?? 'archive-missing']));
}

/** The request that `node-prep run <inventory>` makes, or `check`. */
function plain(command: 'run' | 'check', inventory: string, { version }: World) {
  const parsed = parseCommandLine([command, inventory], version);
  if (parsed.kind === 'request' && (parsed.request.command === 'run' || parsed.request.command === 'check'))
    return parsed.request;
  throw new Error(`${command} without flags is no request`);
}
