import { type KeyObject, sign } from 'node:crypto';
import { err, ok, type Result } from '../../../lib/result.ts';
import { errorCode } from '../../system-error.ts';
import { wireMpint, wireReader, wireString } from '../packets/wire.ts';

/** The digest of each signature algorithm; Ed25519 has none of its own (RFC 8332, 3; RFC 5656, 6.2.1; RFC 8709, 6). */
const DIGESTS = new Map<string, string | null>([
  ['ssh-ed25519', null],
  ['ecdsa-sha2-nistp256', 'sha256'],
  ['ecdsa-sha2-nistp384', 'sha384'],
  ['ecdsa-sha2-nistp521', 'sha512'],
  ['rsa-sha2-512', 'sha512'],
  ['rsa-sha2-256', 'sha256'],
  ['ssh-rsa', 'sha1'],
]);

/**
 * Signs, and gives the signature as SSH has it: the algorithm's name and the signature's bytes. An RSA signature takes
 * milliseconds and is made on another thread.
 */
export async function signWith(
  key: KeyObject,
  data: Uint8Array,
  algorithm: string,
): Promise<Result<Buffer, string>> {
  const digest = DIGESTS.get(algorithm);
  if (digest === undefined) return err(`${algorithm} is not a signature of this key`);
  try {
    if (key.asymmetricKeyType === 'rsa') return ok(blob(algorithm, await signElsewhere(digest, data, key)));
    const signature = sign(digest, data, { key, dsaEncoding: 'ieee-p1363' });
    return ok(blob(algorithm, key.asymmetricKeyType === 'ec' ? asTwoNumbers(signature) : signature));
  } catch (error) {
    return err(`it cannot sign with ${algorithm} (${errorCode(error)})`);
  }
}

function signElsewhere(digest: string | null, data: Uint8Array, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(digest, data, key, (error, signature) => (error === null ? resolve(signature) : reject(error)));
  });
}

/** ECDSA's two numbers, which node:crypto gives one after the other in as many bytes each. */
function asTwoNumbers(signature: Buffer): Buffer {
  const half = signature.length / 2;
  return Buffer.concat([wireMpint(signature.subarray(0, half)), wireMpint(signature.subarray(half))]);
}

function blob(algorithm: string, signature: Uint8Array): Buffer {
  return Buffer.concat([wireString(algorithm), wireString(signature)]);
}

/** The name of the algorithm in a signature; null where there is no name with a signature after it. */
export function algorithmOf(signature: Uint8Array): string | null {
  const reader = wireReader(signature);
  const name = reader.string();
  const bytes = reader.string();
  return name === null || bytes === null || bytes.length === 0 ? null : name.toString('latin1');
}
