import { wireReader, wireString, wireUint32 } from '../packets/wire.ts';

/** A key that the ssh-agent holds. */
export interface AgentKey {
  readonly blob: Buffer;
  /** As the operator named it; not escaped. */
  readonly comment: string;
}

// Message numbers and flags: draft-ietf-sshm-ssh-agent, 6.1 and 6.3.
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const SIGN_FLAGS = new Map([
  ['rsa-sha2-256', 2],
  ['rsa-sha2-512', 4],
]);

/** The longest answer that is read: as in OpenSSH, MAX_AGENT_REPLY_LEN in authfd.c. */
const LONGEST_ANSWER = 256 * 1024;

/** Asks for the list of keys. */
export function identitiesRequest(): Buffer {
  return wireString(Uint8Array.of(REQUEST_IDENTITIES));
}

/** Asks for a signature of `data` by the key or certificate of this blob, with the named algorithm. */
export function signRequest(blob: Uint8Array, data: Uint8Array, algorithm: string): Buffer {
  const flags = wireUint32(SIGN_FLAGS.get(algorithm) ?? 0);
  return wireString(Buffer.concat([Uint8Array.of(SIGN_REQUEST), wireString(blob), wireString(data), flags]));
}

/** No agent has more; as in OpenSSH, ssh_fetch_identitylist in authfd.c. */
const MOST_IDENTITIES = 2_048;

/** The keys in an answer; null for an answer that is no list of keys, or too long a one. */
export function readIdentities(answer: Uint8Array): AgentKey[] | null {
  if (answer[0] !== IDENTITIES_ANSWER) return null;
  const reader = wireReader(answer.subarray(1));
  const count = reader.uint32();
  if (count === null || count > MOST_IDENTITIES) return null;
  const keys: AgentKey[] = [];
  for (let i = 0; i < count; i += 1) {
    const blob = reader.string();
    const comment = reader.string();
    if (blob === null || comment === null) return null;
    keys.push({ blob, comment: comment.toString('utf8') });
  }
  return keys;
}

/** The whole signature in an answer, as a login sends it; null for a refusal and anything else. */
export function readSignature(answer: Uint8Array): Buffer | null {
  return answer[0] === SIGN_RESPONSE ? wireReader(answer.subarray(1)).string() : null;
}

/** Takes whole answers out of what an agent sends. */
export interface AnswerReader {
  /** One answer without its length; null while it is not complete; `broken` once there is more than one may have. */
  push(bytes: Uint8Array): Buffer | null | 'broken';
}

export function createAnswerReader(): AnswerReader {
  const chunks: Uint8Array[] = [];
  let received = 0;
  let head = Buffer.alloc(0);
  return {
    push(bytes) {
      chunks.push(bytes);
      received += bytes.length;
      if (head.length < 4) head = Buffer.concat([head, bytes.subarray(0, 4 - head.length)]);
      if (head.length < 4) return null;
      const length = head.readUInt32BE(0);
      // More than one answer to one question would be taken for the answer to the next one.
      if (length === 0 || length > LONGEST_ANSWER || received > 4 + length) return 'broken';
      return received < 4 + length ? null : Buffer.concat(chunks).subarray(4);
    },
  };
}
