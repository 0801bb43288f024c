import { referenceKey, type Secret, type SecretReference } from '../domain/secret.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Result } from '../lib/result.ts';
import type { ChildLimits } from './child.ts';
import { type Environment, readEnv } from './env.ts';
import { type Redactor, readExec } from './exec.ts';
import { type FileLimits, readFile } from './file.ts';
import { interrupted, OTHER_SOURCES, unavailable } from './problem.ts';
import type { Prompt } from './prompt.ts';
import type { SecretSource } from './source.ts';
import { secretFromText } from './text.ts';

/** How long a program or a pipe may take to give a secret, in milliseconds. */
const SOURCE_TIMEOUT_MS = 30_000;

/** What the sources need of the process around them. */
export interface SecretSurroundings
  extends Environment,
    Omit<ChildLimits, 'timeoutMs'>,
    Omit<FileLimits, 'timeoutMs'> {
  /** All secrets that the inventory names: their variables leave the environment at once, before anything is started. */
  readonly references: readonly SecretReference[];
  /** Null where there is no terminal to ask on. */
  readonly prompt: Prompt | null;
  readonly redactor: Redactor;
  /** Only tests wait for less than the usual 30 s. */
  readonly timeoutMs?: number;
}

/**
 * Every way to have a secret. Each reference is read once, whoever asks and however often; prompts come one after the
 * other; after an interruption (`INTERRUPTED`) nothing more is asked or started.
 */
export function createSecretSource(surroundings: SecretSurroundings): SecretSource {
  const limits = { timeoutMs: SOURCE_TIMEOUT_MS, ...surroundings };
  const read = new Map<string, Promise<Result<Secret, Problem>>>();
  const known: Secret[] = [];
  let gaveUp = false;
  let lastPrompt: Promise<unknown> = Promise.resolve();

  async function ask(text: string): Promise<Result<Secret, Problem>> {
    const { prompt } = surroundings;
    const question = printable(text, 100);
    if (prompt === null) {
      return unavailable(
        `There is no terminal to ask for "${question}" on.`,
        `Run it on a terminal. ${OTHER_SOURCES}`,
      );
    }
    const turn = lastPrompt.then(async () => {
      const answer = gaveUp ? null : await prompt(text);
      if (answer === null) gaveUp = true;
      return answer;
    });
    lastPrompt = turn.catch(() => {});
    const answer = await turn.catch(() => undefined);
    if (answer === undefined) return unavailable(`The terminal cannot be used to ask for "${question}".`);
    return answer === null ? interrupted() : secretFromText(answer, `The answer to "${question}"`);
  }

  async function fetch(reference: SecretReference): Promise<Result<Secret, Problem>> {
    if (gaveUp || surroundings.signal.aborted) return interrupted();
    switch (reference.kind) {
      case 'env':
        return readEnv(reference.name, surroundings);
      case 'file':
        return readFile(reference.path, limits);
      case 'exec':
        return readExec(reference.argv, { ...limits, known });
      case 'prompt':
        return ask(reference.text);
    }
  }

  const source: SecretSource = {
    read(reference) {
      const key = referenceKey(reference);
      const earlier = read.get(key);
      if (earlier !== undefined) return earlier;
      const first = fetch(reference).then((result) => {
        if (result.ok) known.push(result.value);
        return result;
      });
      read.set(key, first);
      return first;
    },
  };
  for (const reference of surroundings.references) if (reference.kind === 'env') void source.read(reference);
  return source;
}
