import type { Hop, SshSpec } from '../../../domain/target.ts';
import type { Problem } from '../../../errors/failure.ts';
import type { Result } from '../../../lib/result.ts';
import type { HeldKeys } from './held-keys.ts';
import type { IdentityFiles, KeySpec } from './identities.ts';
import { type KeyFile, usableKey } from './key-file.ts';
import type { AskPassphrase, Offers } from './offer.ts';
import type { unlock as unlockKey } from './unlock.ts';

/** What unlocking needs of the source of offers. */
export interface Unlocking {
  readonly ask: AskPassphrase;
  readonly files: IdentityFiles;
  readonly held: HeldKeys;
  readonly unlock: typeof unlockKey;
  /** What there would be to log in with as things stand. */
  collect(spec: KeySpec): Promise<Result<Offers, string>>;
}

const TRIES = 3;
const INTERRUPTED: Problem = {
  code: 'INTERRUPTED',
  message: 'Interrupted before all passphrases were read.',
  hint: 'Nothing was contacted. Run the command again.',
};

/**
 * Asks for the passphrases without which somebody could not be reached: those of the operator's own files that the
 * agent does not hold; of the usual files only while there is nothing else to log in with, one after the other.
 */
export async function unlockNeeded(targets: readonly Hop[], needs: Unlocking): Promise<readonly Problem[]> {
  const asked = new Set<string>();
  for (const spec of specsOf(targets)) {
    for (const path of spec.identityFiles) {
      const { read } = await needs.files.identity(path);
      if (read.kind !== 'locked' || asked.has(path)) continue;
      if (read.half !== null && needs.held.signer(read.half) !== null) continue;
      if (!spec.identityFilesExplicit && (await canDoWithout(spec, needs))) break;
      asked.add(path);
      const opened = await open(path, read, needs);
      if (opened === 'interrupted') return [INTERRUPTED];
      needs.files.replace(path, opened);
    }
  }
  return [];
}

/** How the targets and their jump hosts are logged in to by this transport, each way once. */
function specsOf(targets: readonly Hop[]): SshSpec[] {
  const own = targets.filter(({ ssh }) => ssh.transport === 'ssh2');
  const all = own.flatMap(({ ssh }) => [...ssh.jumps.map((jump) => jump.ssh), ssh]);
  const id = (spec: SshSpec) => JSON.stringify([keysOf(spec), spec.password !== null]);
  return [...new Map(all.map((spec) => [id(spec), spec])).values()];
}

/** The part of a configuration that says what keys there are, and nothing else of it. */
export function keysOf({
  identityFiles,
  identityFilesExplicit,
  identitiesOnly,
  certificateFiles,
}: KeySpec): KeySpec {
  return { identityFiles, identityFilesExplicit, identitiesOnly, certificateFiles };
}

async function canDoWithout(spec: SshSpec, { collect }: Unlocking): Promise<boolean> {
  if (spec.password !== null) return true;
  const offers = await collect(spec);
  return offers.ok && offers.value.keys.length > 0;
}

/** What a locked file is good for once the operator has been asked. */
async function open(
  path: string,
  locked: KeyFile & { readonly kind: 'locked' },
  { ask, unlock }: Unlocking,
): Promise<KeyFile | 'interrupted'> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    // Without a terminal that works, it is as without one.
    const passphrase = await ask(path).catch(() => undefined);
    if (passphrase === undefined) return locked;
    if (passphrase === null) return 'interrupted';
    if (passphrase.reveal() === '') return { ...locked, reason: `${locked.reason}, no passphrase was given` };
    const unlocked = await unlock(locked.text, passphrase);
    if (unlocked === 'failed') return { ...locked, reason: `${locked.reason}, it could not be decrypted` };
    if (unlocked !== 'wrong passphrase') return usableKey(unlocked);
  }
  return { ...locked, reason: `${locked.reason}, the passphrase was wrong ${TRIES} times` };
}
