import type { Connection } from '../connection/connection.ts';
import { openSshVersion, type Server } from '../connection/server.ts';
import type { Offer } from '../keys/offers.ts';
import { readServerAlgorithms, type ServerAlgorithms } from './login-messages.ts';

const CERTIFICATE = /-cert-v01@openssh\.com$/;
const isSha1 = (algorithm: string) => algorithm.replace(CERTIFICATE, '') === 'ssh-rsa';
const first = ({ algorithms }: Pick<Offer, 'algorithms'>) => algorithms[0] ?? '';

/**
 * The algorithm to sign with, as ssh(1) chooses it; null: it depends on what the server has yet to say. Only RSA has a
 * choice: SHA-2 where the server lists it (RFC 8332, 3.3), else SHA-1. `listed` is null where it has listed nothing,
 * which is `final` once it can no longer come.
 */
export function chooseAlgorithm(
  offer: Pick<Offer, 'keyType' | 'algorithms'>,
  server: Server,
  { listed, final }: { readonly listed: ServerAlgorithms; readonly final: boolean },
): string | null {
  if (offer.keyType !== 'ssh-rsa') return first(offer);
  const version = openSshVersion(server);
  const sha1 = offer.algorithms.find(isSha1) ?? first(offer);
  const isCertificate = CERTIFICATE.test(first(offer));
  // compat.c: SSH_BUG_SIGTYPE (certificates need SHA-1 there), SSH_BUG_SIGTYPE74 (says less than it can).
  if (isCertificate && version !== null && version < 708) return sha1;
  if (!isCertificate && version === 704) return first(offer);
  if (listed === null) return final ? sha1 : null;
  return offer.algorithms.find((algorithm) => listed.has(algorithm.replace(CERTIFICATE, ''))) ?? sha1;
}

/** Knows what a server verifies, as far as it has said so. */
export interface SignatureChoice {
  /** SSH_MSG_EXT_INFO has come. From it: what is wrong with it, or null. */
  onExtensions(payload: Buffer): string | null;
  /** SSH_MSG_SERVICE_ACCEPT has come: a server that lists anything has done so before. */
  onServiceAccepted(): void;
  /** The algorithm to sign with. */
  algorithmFor(offer: Offer): Promise<string>;
}

export function createSignatureChoice(connection: Connection): SignatureChoice {
  const accepted = Promise.withResolvers<void>();
  let listed: ServerAlgorithms = null;
  let final = false;
  return {
    onExtensions(payload) {
      const now = readServerAlgorithms(payload);
      if (now === undefined) return 'its list of extensions makes no sense';
      listed = now ?? listed;
      return null;
    },
    onServiceAccepted() {
      final = true;
      accepted.resolve();
    },
    async algorithmFor(offer) {
      const chosen = chooseAlgorithm(offer, connection.server, { listed, final });
      if (chosen !== null) return chosen;
      // The list comes with the server's end of the key exchange, if at all: here it has not, and the service is asked
      // for alone.
      connection.release();
      await accepted.promise;
      connection.hold();
      return chooseAlgorithm(offer, connection.server, { listed, final: true }) ?? first(offer);
    },
  };
}
