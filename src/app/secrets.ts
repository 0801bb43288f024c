import { createRedactor } from '../credential/redact.ts';
import { secretReferences } from '../domain/secret-references.ts';
import type { Inventory, Warning } from '../domain/target.ts';
import { createSecretSource } from '../secrets/create.ts';
import { terminalPrompt } from '../secrets/prompt.ts';
import type { SecretSource } from '../secrets/source.ts';
import type { World } from './world.ts';

/** Where the secrets of an inventory come from, on this machine. */
export function secretsOf(
  inventory: Inventory,
  { env, stdin, stderr, kill, interruption }: World,
  warn: (warning: Warning) => void,
): SecretSource {
  const terminal = stdin.isTTY && stderr.isTTY;
  return createSecretSource({
    references: secretReferences(inventory),
    env: (name) => env[name],
    forgetEnv: (name) => void delete env[name],
    childEnv: () => env,
    kill,
    prompt: terminal ? terminalPrompt({ input: stdin, output: stderr }, interruption.signal) : null,
    redactor: createRedactor,
    signal: interruption.signal,
    warn,
  });
}
