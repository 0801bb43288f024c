/** Builders for what SSH says before there are keys. */

/** A uint32 (RFC 4251, 5). */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string (RFC 4251, 5): its length, then its bytes. */
export function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** A message: its number, then its fields. */
export function message(number: number, ...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([number]), ...fields]);
}

/** A message in a packet without encryption (RFC 4253, 6): its length, the padding's length, the message, padding. */
export function packet(payload: Uint8Array): Buffer {
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  const head = Buffer.concat([u32(1 + payload.length + padding), Buffer.from([padding])]);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

/** SSH_MSG_KEXINIT of a server that can do what every client can; `lists` are in the place of its name-lists. */
export function keyExchangeInit(lists: readonly Uint8Array[] = LISTS): Buffer {
  return message(20, Buffer.alloc(16, 1), ...lists, Buffer.from([0]), u32(0));
}

const CIPHER = text('aes128-gcm@openssh.com,aes128-ctr');
const MAC = text('hmac-sha2-256');
const NONE = text('none');
/** Its ten name-lists (RFC 4253, 7.1). */
export const LISTS: readonly Uint8Array[] = [
  text('curve25519-sha256,curve25519-sha256@libssh.org'),
  text('ssh-ed25519'),
  ...[CIPHER, CIPHER, MAC, MAC, NONE, NONE, text(''), text('')],
];
