import type { Hop } from '../../../domain/target.ts';
import type { Problem } from '../../../errors/failure.ts';
import type { Result } from '../../../lib/result.ts';
import type { SshAgent } from './agent.ts';
import { collectOffers } from './collect.ts';
import { type HeldKeys, heldKeys } from './held-keys.ts';
import { createIdentityFiles, type KeySpec } from './identities.ts';
import type { AskPassphrase, Offers } from './offer.ts';
import { keysOf, unlockNeeded } from './passphrases.ts';
import { unlock } from './unlock.ts';

export { type AskPassphrase, labels, type Offer, type Offers } from './offer.ts';

/** Finds what to log in with; files and agent are read once, however many connections ask. */
export interface OfferSource {
  /** The error names the file of the operator's own choice that cannot be used, and why. Never rejects. */
  offers(ssh: KeySpec): Promise<Result<Offers, string>>;
  /**
   * Unlocks the encrypted keys that these targets and their jump hosts need; asks once per key, three times where the
   * passphrase is wrong; an empty answer leaves the key locked. `ask` is null where there is no terminal. The only
   * problem is `INTERRUPTED`. Never rejects.
   */
  prepare(targets: readonly Hop[], ask: AskPassphrase | null): Promise<readonly Problem[]>;
}

/** What the tests replace. */
export interface OfferSourceParts {
  /** Milliseconds since 1970: certificates are held against it. */
  readonly now: () => number;
  readonly unlock: typeof unlock;
}

/** `agent` is null where there is no ssh-agent. */
export function createOfferSource(
  agent: SshAgent | null,
  parts: OfferSourceParts = { now: Date.now, unlock },
): OfferSource {
  const files = createIdentityFiles();
  const sets = new Map<string, Promise<Result<Offers, string>>>();
  let listed: Promise<HeldKeys> | null = null;

  function held(): Promise<HeldKeys> {
    listed ??= heldKeys(agent);
    return listed;
  }
  async function collect(spec: KeySpec): Promise<Result<Offers, string>> {
    const identities = await Promise.all(spec.identityFiles.map(files.identity));
    const certificates = await Promise.all(spec.certificateFiles.map(files.certificate));
    return collectOffers(spec, { identities, certificates, held: await held(), now: parts.now() });
  }
  return {
    offers(spec) {
      const id = JSON.stringify(keysOf(spec));
      const offers = sets.get(id) ?? collect(spec);
      sets.set(id, offers);
      return offers;
    },
    async prepare(targets, ask) {
      if (ask === null) return [];
      const problems = await unlockNeeded(targets, { ...parts, ask, files, collect, held: await held() });
      // What has been unlocked is offered from now on.
      sets.clear();
      return problems;
    },
  };
}
