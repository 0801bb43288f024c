import { printable } from '../../../lib/printable.ts';
import { ok, type Result } from '../../../lib/result.ts';
import type { SshAgent } from './agent.ts';
import { objectionToBlob, type PublicKey, readPublicKey } from './public-key.ts';

/** A key or certificate that the ssh-agent holds, and its name for the operator. */
export interface HeldKey {
  readonly key: PublicKey;
  readonly name: string;
}

/** What the ssh-agent holds that can be used, and why other things of it cannot. */
export interface HeldKeys {
  readonly keys: readonly HeldKey[];
  readonly passedOver: readonly string[];
  /** Signs with the private key of a public one; null: it is not held. */
  signer(key: PublicKey): ((data: Uint8Array, algorithm: string) => Promise<Result<Buffer, string>>) | null;
}

/** The most keys of the ssh-agent that are named one by one as of no use. */
const MOST_NAMED = 5;

/** Asks the ssh-agent, which answers once per run; null: there is none. */
export async function heldKeys(agent: SshAgent | null): Promise<HeldKeys> {
  const listed = agent === null ? ok([]) : await agent.keys();
  const keys: HeldKey[] = [];
  const passedOver: string[] = [];
  if (!listed.ok) passedOver.push(`the ssh-agent is of no use: ${listed.error}`);
  for (const { blob, comment } of listed.ok ? listed.value : []) {
    const name = printable(comment, 80) || 'key';
    const key = readPublicKey(blob);
    if (key !== null) keys.push({ key, name });
    else if (passedOver.length < MOST_NAMED) passedOver.push(`ssh-agent's ${name}: ${objectionToBlob(blob)}`);
  }
  return {
    keys,
    passedOver,
    signer({ blob, plain }) {
      // An agent knows a certificate as a key of its own, beside the key that it certifies.
      const match =
        keys.find(({ key }) => key.blob.equals(blob)) ??
        keys.find(({ key }) => key.blob.equals(plain)) ??
        keys.find(({ key }) => key.plain.equals(plain));
      if (match === undefined || agent === null) return null;
      return (data, algorithm) => agent.sign(match.key.blob, data, algorithm);
    },
  };
}
