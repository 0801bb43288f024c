import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { parseCommandLine } from './cli/parse.ts';
import { completionScript } from './commands/completion.ts';
import { history } from './commands/history.ts';
import { hostsText } from './commands/hosts.ts';
import { starterInventory } from './commands/init.ts';
import { labRun, labUp } from './commands/lab.ts';
import { run } from './commands/run.ts';
import { schemaText } from './commands/schema.ts';
import { createRedactor } from './credential/redact.ts';
import type { Report } from './domain/report.ts';
import type { Request, RunRequest } from './domain/request.ts';
import type { Inventory, Warning } from './domain/target.ts';
import { OperatorError, type Problem } from './errors/failure.ts';
import { readInventoryFile } from './files/inventory-file.ts';
import { writeNewFile } from './files/new-file.ts';
import { openReportFile } from './files/report-file.ts';
import { readInventory } from './inventory/inventory.ts';
import { formatProblems } from './inventory/problems.ts';
import { selectTargets } from './inventory/select.ts';
import { startLab } from './lab/lab.ts';
import type { Result } from './lib/result.ts';
import { createOutput, resolveFormat } from './output/index.ts';
import { createSecretSource } from './secrets/create.ts';
import { terminalPrompt } from './secrets/prompt.ts';
import { stateFolder } from './state/folder.ts';
import { memoryState, openState } from './state/open.ts';
import type { SecretSource } from './secrets/source.ts';
import type { State } from './state/state.ts';
import { listenForInterruption } from './terminal/interruption.ts';
import { createSsh2Transport } from './transports/ssh2/transport.ts';

// The composition root: the only file that touches `process`. It builds the adapters, calls one command, and sets
// the exit code. What a command does is in src/commands.

const { env, stdout, stderr, stdin } = process;
const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
const remoteScript = () => readFileSync(new URL('./remote/node-prep.sh', import.meta.url), 'utf8');
const interruption = listenForInterruption(process, endNow);

process.on('uncaughtException', (thrown) => void end(explain(thrown)));
// Who reads us may go away (`| head`): the agents matter more than the last lines of progress.
stdout.on('error', () => {});
stderr.on('error', () => {});
await end(await main().catch(explain));

async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2), version);
  if (parsed.kind === 'problems') return printProblems(parsed.problems, parsed.json);
  if (parsed.kind === 'request') return dispatch(parsed.request);
  (parsed.exitCode === 0 ? stdout : stderr).write(parsed.text);
  return parsed.exitCode;
}

async function dispatch(request: Request): Promise<number> {
  switch (request.command) {
    case 'run':
      return (await runOn(request, openOwnState))?.exitCode ?? 2;
    case 'hosts': {
      const json = request.output === 'json';
      const inventory = await loadInventory(request.inventory);
      if (!inventory.ok) return printProblems(inventory.error, json);
      const targets = selectTargets(inventory.value.targets, request.limit, request.exclude);
      return targets.ok ? print(hostsText(targets.value, request.output)) : printProblems(targets.error, json);
    }
    case 'init': {
      const text = starterInventory(request.hosts);
      const written = text.ok ? writeNewFile(request.file, text.value, request.force) : text;
      if (!written.ok) return printProblems(written.error, false);
      return print(`Wrote ${written.value}. Next: node-prep hosts ${written.value}, then node-prep run ${written.value}\n`);
    }
    case 'schema':
      return print(schemaText());
    case 'completion':
      return print(completionScript(request.shell));
    case 'history': {
      const page = history(request, openOwnState((warning) => stderr.write(`warning: ${warning.message} ${warning.hint}\n`)));
      return page.ok ? print(page.value) : printProblems(page.error, request.output === 'json');
    }
    case 'lab':
      return lab(request);
  }
}

type OpenState = (warn: (warning: Warning) => void) => State;

function openOwnState(warn: (warning: Warning) => void): State {
  return openState(stateFolder(env, homedir()), { randomBytes, warn });
}

/** Runs on one inventory, with everything that a run needs of the world. Null: problems, which have been printed. */
async function runOn(request: RunRequest, openState: OpenState): Promise<Report | null> {
  const json = request.output === 'json';
  const inventory = await loadInventory(request.inventory);
  if (!inventory.ok) return refused(inventory.error, json);
  const reportFile = request.report === null ? null : await openReportFile(request.report);
  const color = request.color && !env.NO_COLOR && stderr.isTTY === true;
  const format = resolveFormat(request.output, { stdout, stderr });
  const output = createOutput(format, { stdout, stderr }, { color, verbose: request.verbose });
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => {
    warnings.push(warning);
    output.event({ type: 'warning', warning });
  };
  const state = openState(warn);
  const transport = createSsh2Transport({
    agentSocket: env.SSH_AUTH_SOCK || null,
    defaultIdentityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name)),
  });
  try {
    const report = await run(request, inventory.value, {
      transport,
      state,
      secrets: secretsOf(inventory.value, warn),
      warnings,
      script: remoteScript(),
      operator: `${userInfo().username}@${hostname()}`,
      inventoryPath: resolve(request.inventory),
      now: () => new Date(),
      randomBytes,
      emit: (event) => output.event(event),
      onInterrupt: interruption.listen,
    });
    if (!report.ok) return refused(report.error, json);
    output.event({ type: 'report', report: report.value });
    await reportFile?.write(report.value);
    return report.value;
  } finally {
    await output.close();
    await reportFile?.discard();
    await transport.close();
    state.close();
  }
}

async function lab({ action, agents, output, color }: Extract<Request, { command: 'lab' }>): Promise<number> {
  const { username: name, gid } = userInfo();
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-lab-'));
  // Beside a result that is data, the story goes to standard error.
  const story = ['auto', 'live', 'lines'].includes(output) ? stdout : stderr;
  const ports = {
    start: () =>
      startLab({ agents, folder, node: process.execPath, path: env.PATH ?? '', user: { name, group: String(gid) } }),
    run: (inventory: string) => runOn({ ...defaultRun(inventory), output, color }, () => memoryState(randomBytes(32))),
    say: (lines: readonly string[]) => void story.write(`${lines.join('\n')}\n`),
    untilInterrupted: () => new Promise<number>((wake) => interruption.listen(wake)),
  };
  return action === 'run' ? labRun(agents, ports) : labUp(agents, ports);
}

/** The request that `node-prep run <inventory>` makes. */
function defaultRun(inventory: string): RunRequest {
  const parsed = parseCommandLine(['run', inventory], version);
  if (parsed.kind !== 'request' || parsed.request.command !== 'run') throw new Error('run without flags is no request');
  return parsed.request;
}

async function loadInventory(path: string): Promise<Result<Inventory, readonly Problem[]>> {
  const bytes = await readInventoryFile(path);
  if (!bytes.ok) return bytes;
  const { username } = userInfo();
  return readInventory(bytes.value, { file: path, directory: dirname(resolve(path)), home: homedir(), user: username });
}

function secretsOf({ registries, targets }: Inventory, warn: (warning: Warning) => void): SecretSource {
  const references = [
    ...registries.map(({ password }) => password),
    ...targets.flatMap(({ ssh }) => (ssh.password === null ? [] : [ssh.password])),
  ];
  const terminal = stdin.isTTY && stderr.isTTY;
  return createSecretSource({
    references,
    env: (name) => env[name],
    forgetEnv: (name) => void delete env[name],
    childEnv: () => env,
    kill: (pid, signal) => process.kill(pid, signal),
    prompt: terminal ? terminalPrompt({ input: stdin, output: stderr }, interruption.signal) : null,
    redactor: createRedactor,
    signal: interruption.signal,
    warn,
  });
}

function printProblems(problems: readonly Problem[], json: boolean): 2 {
  if (json) print(`${JSON.stringify({ schema: 'node-prep/problems/v1', problems }, null, 2)}\n`);
  else stderr.write(formatProblems(problems));
  return 2;
}

function refused(problems: readonly Problem[], json: boolean): null {
  printProblems(problems, json);
  return null;
}

function print(text: string): 0 {
  stdout.write(text);
  return 0;
}

/** What a person reads when something was thrown: the operator's own mistake, or a bug to report. */
function explain(thrown: unknown): number {
  if (thrown instanceof OperatorError) {
    stderr.write(formatProblems([thrown]));
    return thrown.exitCode;
  }
  stderr.write(
    `node-prep ${version} has a bug: ${thrown instanceof Error ? thrown.message : String(thrown)}\n` +
      `Please report it, with what follows, Node ${process.version} and ${process.platform}. What had been started on agents stops by itself.\n` +
      `${inspect(thrown)}\n`,
  );
  return 70;
}

/** A second Ctrl-C. Agents stop by themselves; every archive is whole, the old one or the new one. */
function endNow(code: number): never {
  // The live view may have hidden the cursor.
  if (stderr.isTTY) stderr.write('\u001b[?25h\n');
  process.exit(code);
}

/** Ends the program once all output is out; nothing that is still open may hold it up. */
async function end(code: number): Promise<never> {
  await Promise.all([stdout, stderr].map((stream) => new Promise((wake) => stream.write('', wake))));
  process.exit(code);
}
