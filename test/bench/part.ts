import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { whereIs } from '../support/where-is.ts';

/** Why a part of the bench cannot run here: names what is missing; null where nothing is. All parts need root. */
export function cannotRun(needed: readonly string[]): string | null {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root';
  const missing = missingOf(needed);
  return missing.length === 0 ? null : `missing: ${missing.join(', ')}`;
}

/** Those of the programs (by name) and files (by path) that this machine lacks. */
export function missingOf(needed: readonly string[]): readonly string[] {
  return needed.filter((name) => (name.startsWith('/') ? !existsSync(name) : whereIs(name) === null));
}

/** Runs a program to its end, and reads the JSON that it printed last. What it says on standard error is shown. */
export function runJson<T>(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<T> {
  const [program = '', ...words] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      try {
        if (code !== 0) throw new Error(`it ended with ${code ?? signal}`);
        resolve(JSON.parse(said.trim().split('\n').at(-1) ?? ''));
      } catch (error) {
        reject(new Error(argv.join(' '), { cause: error }));
      }
    });
  });
}
