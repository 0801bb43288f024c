import type { Secret } from '../../../domain/secret.ts';
import type { Result } from '../../../lib/result.ts';

/** A public key or certificate that may be offered to a server, and how to sign with it. */
export interface Offer {
  /** The type of the (certified) key: `ssh-ed25519`, `ssh-rsa`, `sk-ssh-ed25519@openssh.com`. */
  readonly keyType: string;
  /** Public key or certificate, as SSH_MSG_USERAUTH_REQUEST holds it (RFC 4252, 7). */
  readonly blob: Buffer;
  /** For SSH_MSG_USERAUTH_REQUEST, best first; of certificates `rsa-sha2-512-cert-v01@openssh.com` and such. */
  readonly algorithms: readonly string[];
  readonly signer: 'file' | 'agent';
  /** A signature needs somebody's touch: it is only to be asked for where the server takes the key. */
  readonly asksPerson: boolean;
  /** The whole SSH signature by one of `algorithms`; the error says why there is none. Never rejects. */
  sign(data: Uint8Array, algorithm: string): Promise<Result<Buffer, string>>;
  /** For the operator: where it is from and its fingerprint. */
  readonly label: string;
}

/** What there is to log in with. */
export interface Offers {
  readonly keys: readonly Offer[];
  /** What there is that cannot be used, and why; for the operator. */
  readonly passedOver: readonly string[];
}

/** Asks for a key file's passphrase; null from it: the operator gave up (Ctrl-C). */
export type AskPassphrase = (path: string) => Promise<Secret | null>;

/** The most keys that a sentence names. */
const MOST_NAMED = 8;

/** The labels of some offers, for a sentence. */
export function labels(offers: readonly Pick<Offer, 'label'>[]): string {
  const named = offers.slice(0, MOST_NAMED).map(({ label }) => label);
  const more = offers.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
