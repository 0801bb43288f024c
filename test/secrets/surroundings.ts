import { createRedactor } from '../../src/credential/redact.ts';
import type { Secret, SecretReference } from '../../src/domain/secret.ts';
import type { Warning } from '../../src/domain/target.ts';
import type { Problem } from '../../src/errors/failure.ts';
import type { Result } from '../../src/lib/result.ts';
import { createSecretSource, type SecretSurroundings } from '../../src/secrets/create.ts';

/** A process around the source: an environment of its own, no terminal, 5 s for programs. */
export function surroundings(variables: Record<string, string> = {}, more: Partial<SecretSurroundings> = {}) {
  const environment = new Map(Object.entries({ PATH: process.env.PATH ?? '', ...variables }));
  const warnings: Warning[] = [];
  const interruption = new AbortController();
  const source = createSecretSource({
    env: (name) => environment.get(name),
    forgetEnv: (name) => void environment.delete(name),
    childEnv: () => Object.fromEntries(environment),
    kill: (pid, signal) => void process.kill(pid, signal),
    signal: interruption.signal,
    references: [],
    prompt: null,
    redactor: createRedactor,
    warn: (warning) => void warnings.push(warning),
    timeoutMs: 5_000,
    ...more,
  });
  /** The secret itself, or `CODE message hint`. */
  const read = async (reference: SecretReference): Promise<string> => told(await source.read(reference));
  return { source, read, environment, warnings, interruption };
}

/** The secret itself, or `CODE message hint`. */
export function told(result: Result<Secret, Problem>): string {
  return result.ok
    ? result.value.reveal()
    : `${result.error.code} ${result.error.message} ${result.error.hint}`;
}
