import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Answer, CheckAnswer } from '../../src/remote/answer.ts';
import { compactScript, createComposer, opening, remoteCommand } from '../../src/remote/compose.ts';
import { createReplyReader } from '../../src/remote/reply.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { whereIs } from '../support/where-is.ts';

export { whereIs };

/** The script as it travels: every test here runs the compacted one. */
export const SCRIPT = compactScript(
  readFileSync(new URL('../../src/remote/node-prep.sh', import.meta.url), 'utf8'),
);

/** A shell that may be an agent's /bin/sh; `only` is its whole PATH, for an agent that has nothing else. */
export interface Shell {
  readonly name: string;
  readonly command: string;
  readonly only?: string;
}

// What a test file made and did not clear away itself goes when the file is done.
const folders = new Set<string>();
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const NAMES = ['dash', 'bash', 'busybox'] as const;

/** Shells that an agent may have and this machine has not: their tests are left out, but not under CI. */
export const MISSING = NAMES.filter((name) => whereIs(name) === null);

/** Every shell of this machine that an agent may have as /bin/sh. */
export const SHELLS: readonly Shell[] = [
  { name: '/bin/sh', command: '/bin/sh' },
  ...NAMES.flatMap((name): Shell[] => {
    const path = whereIs(name);
    if (path === null || realpathSync(path) === realpathSync('/bin/sh')) return [];
    const folder = shellFolder(name);
    // Under the name sh, bash is another shell than under its own.
    symlinkSync(path, join(folder, 'sh'));
    if (name !== 'busybox') return [{ name, command: join(folder, 'sh') }];
    spawnSync(path, ['--install', '-s', folder]);
    return [{ name, command: join(folder, 'sh'), only: folder }];
  }),
];

function shellFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `node-prep-test-${name}-`));
  folders.add(folder);
  return folder;
}

/** One test's private place: a folder with a `bin` in front of PATH. */
export interface Place {
  readonly folder: string;
  /** Puts a shell script into `bin`. */
  stub(name: string, script: string): void;
  remove(): void;
}

export function createPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
  folders.add(folder);
  mkdirSync(join(folder, 'bin'));
  return {
    folder,
    stub(name, script) {
      const file = join(folder, 'bin', name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    },
    remove: () => {
      folders.delete(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Agent {
  readonly pid: number;
  readonly process: ChildProcess;
  send(verb: Verb): void;
  sendText(text: string): void;
  end(): void;
  answer(): Promise<Answer>;
  ask(verb: Verb): Promise<Answer>;
  readonly waits: () => number;
  readonly checks: readonly CheckAnswer[];
  noise(): string;
  stderr(): string;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Waits for the end; how it ended. Throws where anything is left three seconds later: a process, a work folder. */
  gone(): Promise<number | NodeJS.Signals>;
  /** Ends the input, then the same. */
  finish(): Promise<number | NodeJS.Signals>;
  /** What is left of it: processes and work folders. Empty at best. */
  left(): string[];
}

interface Options {
  readonly place: Place;
  readonly shell?: Shell;
  readonly env?: Readonly<Record<string, string>>;
  readonly life?: number;
  /** Is the agent rid of what killed conversations left? */
  readonly tidy?: boolean;
  /** The command line is run by this login shell; else directly. */
  readonly login?: readonly string[];
  readonly become?: 'none' | 'sudo';
  /** Changes the script before it is sent. */
  readonly edit?: (script: string) => string;
  /** How long the command line says that the script is. */
  readonly length?: number;
  /** The user and group that it runs as. */
  readonly id?: number;
}

const composer = createComposer(['archive', 'images']);

/** Starts the real script in a real shell, as sshd would, and hears its hello. */
export async function startAgent(options: Options): Promise<Agent & { readonly hello: Answer }> {
  const agent = launchAgent(options);
  return Object.assign(agent, { hello: await agent.answer() });
}

/** The same, without waiting for the hello. */
export function launchAgent(options: Options): Agent {
  const { place, shell = SHELLS[0] as Shell, env = {}, life = 60, login, become = 'none', id } = options;
  const token = randomBytes(10).toString('hex');
  const mark = `node-prep-test-${token}`;
  const edited = (options.edit ?? ((script) => script))(SCRIPT);
  // Where the agent is to have only one folder of tools, the script may not add the usual ones.
  const script = shell.only === undefined ? edited : edited.replace(/:\/usr\/local\/sbin:.*"$/m, '"');
  const command = remoteCommand(become, options.length ?? script.length).replace('/bin/sh', shell.command);
  const [program = '', ...args] = login ?? ['/bin/sh', '-c'];
  const child = spawn(program, [...args, login === undefined ? `exec ${command}` : command], {
    env: {
      PATH: `${join(place.folder, 'bin')}:${shell.only ?? process.env.PATH}`,
      HOME: place.folder,
      NODE_PREP_TEST: mark,
      ...env,
    },
    cwd: place.folder,
    stdio: 'pipe',
    ...(id === undefined ? {} : { uid: id, gid: id }),
  });
  const reader = createReplyReader(token);
  const answers: Answer[] = [];
  const wanted: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  const checks: CheckAnswer[] = [];
  let waits = 0;
  let stderr = '';
  let over = false;
  child.stdout.on('data', (bytes: Uint8Array) => {
    for (const reply of reader.push(bytes)) {
      if (reply.kind === 'wait') waits += 1;
      if (reply.kind === 'check') checks.push(reply.check);
      if (reply.kind !== 'answer') continue;
      const next = wanted.shift();
      if (next === undefined) answers.push(reply.answer);
      else next.resolve(reply.answer);
    }
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString('latin1');
  });
  child.stdin.on('error', () => {});
  const silent = () => new Error(`it ended without an answer: ${reader.noise()} ${stderr}`);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => {
      over = true;
      for (const { reject } of wanted) reject(silent());
      resolve(code ?? signal ?? -1);
    });
  });
  const agent: Agent = {
    pid: child.pid ?? 0,
    process: child,
    send: (verb) => void child.stdin.write(composer.compose(verb)),
    sendText: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    answer() {
      const ready = answers.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      if (over) return Promise.reject(silent());
      return new Promise((resolve, reject) => wanted.push({ resolve, reject }));
    },
    ask(verb) {
      agent.send(verb);
      return agent.answer();
    },
    waits: () => waits,
    checks,
    noise: () => reader.noise(),
    stderr: () => stderr,
    ended,
    async finish() {
      agent.end();
      return agent.gone();
    },
    async gone() {
      const how = await ended;
      // The last signals may still be on their way.
      for (let tries = 0; tries < 150 && agent.left().length > 0; tries += 1) await pause(20);
      const left = agent.left();
      if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
      return how;
    },
    left: () => [...workFolders(token), ...processes(mark)],
  };
  child.stdin.write(opening(script, token, life, options.tidy ?? true));
  return agent;
}

function workFolders(token: string): string[] {
  return ['/run', '/dev/shm', '/tmp', '/var/tmp']
    .flatMap((base) => (existsSync(base) ? readdirSync(base).map((name) => join(base, name)) : []))
    .filter((path) => path.includes(token));
}

/** The processes of one conversation, by the mark in their environment (Linux only). */
export function processes(mark: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`];
      } catch {
        return [];
      }
    });
}

/** Waits until `test` holds, for as long as it takes: the test's own timeout is the limit. */
export async function until(test: () => boolean): Promise<void> {
  while (!test()) await pause(20);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const textOf = (answer: Answer, name: string): string =>
  Buffer.from(answer.texts.get(name) ?? []).toString();
