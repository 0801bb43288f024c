import { configJson } from '../credential/config-json.ts';
import { passwordEntry } from '../credential/entry.ts';
import { generationName } from '../credential/generation.ts';
import { becomePassword } from '../domain/become.ts';
import { referenceKey, type Secret, type SecretReference } from '../domain/secret.ts';
import type { Inventory, Target } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { SecretSource } from '../secrets/source.ts';
import type { State } from '../state/state.ts';

/** The secrets that a run needs, had from their sources, and the name of the credential set. */
export interface Credentials {
  /** Names of the registries that the targets need, whether their secrets were at hand or not. */
  readonly needed: ReadonlySet<string>;
  /** By registry name. */
  readonly registries: ReadonlyMap<string, Secret>;
  /** By the key of their reference. */
  readonly sshPasswords: ReadonlyMap<string, Secret>;
  /** What sudo may ask for, likewise. */
  readonly becomePasswords: ReadonlyMap<string, Secret>;
  /** All of them, with the user names they go with: what must be masked everywhere. */
  readonly secrets: readonly { readonly secret: Secret; readonly username?: string }[];
  /** The name of the credential set of these registries; null where a secret of them was not at hand. */
  readonly generationOf: (registries: Iterable<string>) => string | null;
}

/** sudo before 1.8.30 reads no more as a password, and gives the rest to what it starts (SUDO_CONV_REPL_MAX). */
const LONGEST_FOR_SUDO = 255;
const TOO_LONG_FOR_SUDO: Problem = {
  code: 'SECRET_UNAVAILABLE',
  message: 'The password in become.password is longer than 255 bytes, which not every sudo can read.',
  hint: 'Use a shorter one, or allow sudo without a password (NOPASSWD in sudoers).',
};

/**
 * Reads each secret that the targets need, once; all that could not be had come back at once. With `atHand` those of
 * registries are not needed: one that must be asked for, or cannot be had, is left out.
 */
export async function readCredentials(
  targets: readonly Target[],
  inventory: Inventory,
  ports: { readonly secrets: SecretSource; readonly state: Pick<State, 'generationKey'> },
  atHand = false,
): Promise<Result<Credentials, readonly Problem[]>> {
  const problems: Problem[] = [];
  const needed = new Set(targets.flatMap(({ registries }) => registries));
  const registries = new Map<string, Secret>();
  const secrets: { secret: Secret; username?: string }[] = [];

  async function read(reference: SecretReference): Promise<Secret | null> {
    const secret = await ports.secrets.read(reference);
    if (secret.ok) return secret.value;
    if (!problems.includes(secret.error)) problems.push(secret.error);
    return null;
  }
  async function readAtHand(reference: SecretReference): Promise<Secret | null> {
    if (reference.kind === 'prompt') return null;
    const secret = await ports.secrets.read(reference);
    return secret.ok ? secret.value : null;
  }
  // One after the other: two prompts at once would be one too many.
  const used = inventory.registries.filter(({ name }) => needed.has(name));
  for (const { name, username, password } of used) {
    const secret = atHand ? await readAtHand(password) : await read(password);
    if (secret === null) continue;
    registries.set(name, secret);
    secrets.push({ secret, username });
  }
  async function passwords(references: readonly (SecretReference | null)[]): Promise<Map<string, Secret>> {
    const found = new Map<string, Secret>();
    for (const reference of references) {
      if (reference === null || found.has(referenceKey(reference))) continue;
      const secret = await read(reference);
      if (secret === null) continue;
      found.set(referenceKey(reference), secret);
      secrets.push({ secret });
    }
    return found;
  }
  const sshPasswords = await passwords(targets.map(({ ssh }) => ssh.password));
  const becomePasswords = await passwords(targets.map(becomePassword));
  if ([...becomePasswords.values()].some((secret) => Buffer.byteLength(secret.reveal()) > LONGEST_FOR_SUDO))
    problems.push(TOO_LONG_FOR_SUDO);
  if (problems.length > 0) return err([...new Set(problems)]);

  function generationOf(names: Iterable<string>): string | null {
    const wanted = new Set(names);
    if ([...wanted].some((name) => !registries.has(name))) return null;
    const entries = used.flatMap(({ name, username }) => {
      const secret = registries.get(name);
      return secret === undefined || !wanted.has(name) ? [] : [passwordEntry(name, username, secret)];
    });
    return generationName(ports.state.generationKey, configJson(entries));
  }
  return ok({ needed, registries, sshPasswords, becomePasswords, secrets, generationOf });
}
