import { err, ok, type Result } from '../../../lib/result.ts';
import { fingerprint } from '../host-keys/host-key.ts';
import { objectionTo } from './certificate.ts';
import type { HeldKeys } from './held-keys.ts';
import type { Identity } from './identities.ts';
import { certified, signatureAlgorithm } from './key-types.ts';
import type { Offer } from './offer.ts';
import type { PublicKey } from './public-key.ts';
import { signWith } from './signature.ts';

/** Who has private keys, and what time it is in milliseconds since 1970. */
export interface Signers {
  readonly identities: readonly Identity[];
  readonly held: HeldKeys;
  readonly now: number;
}

/**
 * Makes the offer of a public key, named `name` for the operator; the error says why it cannot be used. It is signed
 * from a file where one holds the private key, which spares the agent.
 */
export function makeOffer(key: PublicKey, name: string, signers: Signers): Result<Offer, string> {
  const { type, blob, plain, certificate } = key;
  const objection = certificate === null ? null : objectionTo(certificate, signers.now);
  if (objection !== null) return err(objection);
  const inFile = keyInFile(plain, signers.identities);
  const inAgent = inFile === null ? signers.held.signer(key) : null;
  if (inFile === null && inAgent === null) return err('neither a file nor the ssh-agent has its private key');
  const algorithms = certificate === null ? type.algorithms : type.algorithms.map(certified);
  const signer = inFile === null ? 'agent' : 'file';
  const whose = signer === 'agent' ? "ssh-agent's " : '';
  return ok({
    keyType: type.name,
    blob,
    algorithms,
    signer,
    asksPerson: type.asksPerson,
    async sign(data, algorithm) {
      if (!algorithms.includes(algorithm)) return err(`${algorithm} is none of its algorithms`);
      const named = signatureAlgorithm(algorithm);
      if (inFile !== null) return signWith(inFile, data, named);
      return inAgent === null ? err('nobody signs') : inAgent(data, named);
    },
    label: `${whose}${certificate === null ? '' : 'certificate '}${name} ${fingerprint(plain)}`,
  });
}

function keyInFile(plain: Buffer, identities: readonly Identity[]) {
  for (const { read } of identities)
    if (read.kind === 'usable' && read.half.plain.equals(plain)) return read.key;
  return null;
}
