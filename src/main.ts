import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { checkOn } from './app/check.ts';
import { lab } from './app/lab.ts';
import { loadInventory } from './app/load-inventory.ts';
import { print, printProblems } from './app/print.ts';
import { runOn } from './app/run.ts';
import { openOwnState } from './app/state.ts';
import type { World } from './app/world.ts';
import { parseCommandLine } from './cli/parse.ts';
import { completionScript } from './commands/completion.ts';
import { history } from './commands/history.ts';
import { hosts } from './commands/hosts.ts';
import { starterInventory } from './commands/init.ts';
import { schemaText } from './commands/schema.ts';
import type { Request } from './domain/request.ts';
import type { Warning } from './domain/target.ts';
import { writeNewFile } from './files/new-file.ts';
import { listenForInterruption } from './terminal/interruption.ts';

// The only file that touches `process`: it reads the command line, calls one command, and sets the exit code.
// The adapters are built in src/app; what a command does is in src/commands.

// These would make the yaml package print the inventory's tokens to standard output.
delete process.env.LOG_TOKENS;
delete process.env.LOG_STREAM;

// A run allocates much and keeps little: what V8 would put off collecting is most of its memory at ten thousand agents
// (450 MB instead of 210). So the young generation stays as large as it is by now, and the old one may grow to twice of
// what lives before it is collected. That takes no more CPU; Node 22, 24 and 26 have both flags.
for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=100']) setFlagsFromString(flag);

const { stdout, stderr } = process;
const { username, gid } = whoIsThis();
const here = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const world: World = {
  version: JSON.parse(here('../package.json')).version,
  env: process.env,
  stdin: process.stdin,
  stdout,
  stderr,
  interruption: listenForInterruption(process, endNow),
  kill: (pid, signal) => void process.kill(pid, signal),
  node: process.execPath,
  home: homedir(),
  username,
  userId: process.getuid?.() ?? null,
  groupId: gid,
  hostname: hostname(),
  directory: process.cwd(),
  temporary: tmpdir(),
  randomBytes,
  remoteScript: () => here('./remote/node-prep.sh'),
};

process.on('uncaughtException', (thrown) => void end(crashed(thrown)));
// Who reads us may go away (`| head`): the agents matter more than the last lines of progress.
stdout.on('error', () => {});
stderr.on('error', () => {});
await end(await main().catch(crashed));

async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2), world.version);
  if (parsed.kind === 'problems') return printProblems(world, parsed.problems, parsed.json);
  if (parsed.kind === 'request') return dispatch(parsed.request);
  (parsed.exitCode === 0 ? stdout : stderr).write(parsed.text);
  return parsed.exitCode;
}

async function dispatch(request: Request): Promise<number> {
  switch (request.command) {
    case 'run': {
      const report = await runOn(request, world, (warn) => openOwnState(world, warn));
      return report?.exitCode ?? 2;
    }
    case 'check': {
      const report = await checkOn(request, world, (warn) => openOwnState(world, warn));
      return report?.exitCode ?? 2;
    }
    case 'hosts': {
      const json = request.output === 'json';
      const inventory = await loadInventory(request.inventory, world);
      if (inventory.ok) for (const warning of inventory.value.warnings) warn(warning);
      const page = inventory.ok ? hosts(request, inventory.value) : inventory;
      return page.ok ? print(world, page.value) : printProblems(world, page.error, json);
    }
    case 'init': {
      const text = starterInventory(request.hosts);
      const written = text.ok ? writeNewFile(request.file, text.value, request.force) : text;
      if (!written.ok) return printProblems(world, written.error, false);
      const file = written.value;
      return print(
        world,
        `Wrote ${file}. Look it over, then: node-prep hosts ${file}, node-prep run ${file} --dry-run\n`,
      );
    }
    case 'schema':
      return print(world, schemaText());
    case 'completion':
      return print(world, completionScript(request.shell));
    case 'history': {
      const page = history(request, openOwnState(world, warn));
      return page.ok ? print(world, page.value) : printProblems(world, page.error, request.output === 'json');
    }
    case 'lab':
      return lab(request, world);
  }
}

function warn({ message, hint }: Warning) {
  stderr.write(`Warning: ${message}\n  → ${hint}\n`);
}

/** A bug: what a person reads then, with the terminal given back before. */
function crashed(thrown: unknown): 70 {
  world.interruption.clearUp();
  stderr.write(
    `node-prep ${world.version} has a bug: ${thrown instanceof Error ? thrown.message : String(thrown)}\n` +
      `  → Please report it with what follows, Node ${process.version} and ${process.platform}. What had been started on\n` +
      `    agents stops by itself; every archive is whole.\n${inspect(thrown)}\n`,
  );
  return 70;
}

/** A second Ctrl-C. Agents stop by themselves; every archive is whole, the old one or the new one. */
function endNow(code: number): never {
  process.exit(code);
}

/** Ends the program once all output is out; nothing that is still open may hold it up. */
async function end(code: number): Promise<never> {
  await Promise.all([stdout, stderr].map((stream) => new Promise((wake) => stream.write('', wake))));
  process.exit(code);
}

/** The operator. In a container there may be no name for the user's number: then the environment's, or the number. */
function whoIsThis(): { readonly username: string; readonly gid: number } {
  try {
    return userInfo();
  } catch {
    const { USER, LOGNAME } = process.env;
    return {
      username: USER || LOGNAME || String(process.getuid?.() ?? 'unknown'),
      gid: process.getgid?.() ?? -1,
    };
  }
}
