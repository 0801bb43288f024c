import { wireReader, wireString, wireUint32 } from './wire.ts';

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
const SIGN_FLAGS = { sha256: 2, sha512: 4 } as const;

/** The longest answer that is read: as in OpenSSH, MAX_AGENT_REPLY_LEN in authfd.c. */
const LONGEST_ANSWER = 256 * 1024;

/** Asks for the list of keys. */
export function identitiesRequest(): Buffer {
  return wireString(Uint8Array.of(REQUEST_IDENTITIES));
}

/** Asks for a signature of `data`; `hash` matters for RSA keys only. */
export function signRequest(blob: Uint8Array, data: Uint8Array, hash: 'sha256' | 'sha512' | null): Buffer {
  const flags = wireUint32(hash === null ? 0 : SIGN_FLAGS[hash]);
  return wireString(Buffer.concat([Uint8Array.of(SIGN_REQUEST), wireString(blob), wireString(data), flags]));
}

/** The keys in an answer; null for an answer that is no list of keys. */
export function readIdentities(answer: Uint8Array): AgentKey[] | null {
  if (answer[0] !== IDENTITIES_ANSWER) return null;
  const reader = wireReader(answer.subarray(1));
  const count = reader.uint32();
  if (count === null) return null;
  const keys: AgentKey[] = [];
  for (let i = 0; i < count; i += 1) {
    const blob = reader.string();
    const comment = reader.string();
    if (blob === null || comment === null) return null;
    keys.push({ blob, comment: comment.toString('utf8') });
  }
  return keys;
}

/** The signature in an answer, without the name of its algorithm; null for a refusal and anything else. */
export function readSignature(answer: Uint8Array): Buffer | null {
  if (answer[0] !== SIGN_RESPONSE) return null;
  const signature = wireReader(answer.subarray(1)).string();
  if (signature === null) return null;
  const reader = wireReader(signature);
  reader.string();
  return reader.string();
}

/** Takes whole answers out of what an agent sends. */
export interface AnswerReader {
  /** One answer without its length; null while it is not complete; `broken` once it is longer than any may be. */
  push(bytes: Uint8Array): Buffer | null | 'broken';
}

export function createAnswerReader(): AnswerReader {
  let kept = Buffer.alloc(0);
  return {
    push(bytes) {
      kept = Buffer.concat([kept, bytes]);
      if (kept.length < 4) return null;
      const length = kept.readUInt32BE(0);
      if (length === 0 || length > LONGEST_ANSWER) return 'broken';
      return kept.length < 4 + length ? null : kept.subarray(4, 4 + length);
    },
  };
}
