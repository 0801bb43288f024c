import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AgentOutcome } from '../../../src/domain/outcome.ts';
import type { Report } from '../../../src/domain/report.ts';
import type { Agent } from './agent.ts';
import type { Fleet } from './fleet.ts';

const TOOL = resolve(import.meta.dirname, '../../../bin/node-prep.js');

/** How one run of the tool ended. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the tool that is under way. */
export interface Running {
  readonly child: ChildProcess;
  /** All it has said on standard error up to now. */
  stderr(): string;
  readonly finished: Promise<Finished>;
}

/** The operator: a home folder of their own, and the tool on a machine that reaches the fleet. */
export interface Operator {
  readonly folder: string;
  /** Where the tool keeps its state. */
  readonly state: string;
  /** Writes an inventory (YAML, or a value: JSON is YAML) and gives its path. */
  inventory(content: string | Inventory): string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
  /** `input` is what it reads on standard input; left out, it has none. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<Finished>;
  /** Runs with `-o json` and reads the report; fails, with all the tool said, where none is printed. */
  report(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Report>;
}

/** An inventory as the tool's user writes it; only what every one has is spelt out. */
export interface Inventory {
  readonly registries: Readonly<Record<string, object>>;
  readonly [key: string]: unknown;
}

/** What `node-prep run` must find in its environment for inventories that name it. */
export const PASSWORD_VARIABLE = 'REGISTRY_PASSWORD';

/** Makes an operator with nothing remembered; `hosts` are further lines of the /etc/hosts of their machine. */
export function newOperator(fleet: Fleet, hosts = ''): Operator {
  const folder = mkdtempSync(join(fleet.folder, 'home-'));
  const state = join(folder, 'state');
  let inventories = 0;
  const named: string[] = [];
  if (hosts !== '') {
    writeFileSync(join(folder, 'hosts'), `${readFileSync('/etc/hosts', 'utf8')}\n${hosts}`);
    const mount = 'mount --bind "$0" /etc/hosts && exec "$@"';
    named.push('unshare', '-m', 'sh', '-c', mount, join(folder, 'hosts'));
  }

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) => {
    const plain = { PATH: process.env.PATH ?? '', HOME: folder, XDG_STATE_HOME: state, NO_COLOR: '1' };
    // The operator's machine shares the fleet's network and nothing else of it.
    const enter = ['-t', String(fleet.enclave.pid), '-n', '--', ...named, process.execPath, TOOL];
    const child = spawn('nsenter', [...enter, ...args], {
      cwd: folder,
      env: { ...plain, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    // Who does not read it has closed it.
    child.stdin?.on('error', () => {}).end(input);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const finished = new Promise<Finished>((done, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => done({ code, signal, stdout, stderr }));
    });
    return { child, stderr: () => stderr, finished };
  };
  const run: Operator['run'] = (args, env, input) => start(args, env, input).finished;
  return {
    folder,
    state,
    inventory(content) {
      mkdirSync(folder, { recursive: true });
      inventories += 1;
      const path = join(folder, `inventory-${inventories}.yaml`);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
      return path;
    },
    start,
    run,
    report: async (args, env) => reportOf(await run([...args, '-o', 'json'], env)),
  };
}

/** Reads the report that a run with `-o json` printed, and holds the exit code against it. */
export function reportOf(finished: Finished): Report {
  let report: Report;
  try {
    report = JSON.parse(finished.stdout);
  } catch {
    throw new Error(
      `no report (exit ${finished.code}): ${finished.stdout.slice(0, 2_000)}\n${finished.stderr.slice(-4_000)}`,
    );
  }
  if (report.schema !== 'node-prep/report/v1')
    throw new Error(`not a report: ${finished.stdout.slice(0, 2_000)}`);
  if (report.exitCode !== finished.code)
    throw new Error(`exit ${finished.code}, but the report says ${report.exitCode}`);
  return report;
}

/** One agent's line of a report, by name. */
export function outcomeOf(report: Report, name: string): AgentOutcome {
  const found = report.agents.find((agent) => agent.name === name);
  if (found === undefined) throw new Error(`the report has no agent ${name}`);
  return found;
}

/** The `ssh` key of an inventory over this fleet; `root` logs in, unless said otherwise. */
export function sshOf(fleet: Fleet, more: object = {}): object {
  return { user: 'root', identityFiles: [fleet.identity], knownHosts: [fleet.knownHosts], ...more };
}

/** Checks that cost next to nothing, for tests that are about something else. */
export const QUICK_CHECKS = [{ id: 'shell', command: 'true', expect: 'pass' }];

/** An agent as an inventory lists it. */
export function entryOf(agent: Pick<Agent, 'name' | 'address'>, more: object = {}): object {
  return { host: agent.address, name: agent.name, ...more };
}

/** A registry of an inventory whose password is in an environment variable. */
export function registryEntry(username = 'ci-puller', variable = PASSWORD_VARIABLE): object {
  return { username, password: { env: variable } };
}

/** Everything that went wrong in a run, for the reader of a failed test. */
export function why(report: Report): string {
  const bad = report.agents.flatMap(({ name, failures }) =>
    failures.map(
      ({ code, step, message, detail }) => `${name}: ${code} (${step}) ${message} ${detail ?? ''}`,
    ),
  );
  return [`exit ${report.exitCode}`, ...new Set(bad)].join('\n').slice(0, 8_000);
}
