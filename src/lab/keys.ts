import { generateKeyPairSync, randomBytes } from 'node:crypto';

const TYPE = 'ssh-ed25519';

/** An ed25519 key pair: the private part as OpenSSH's own file, the public part as a line and as its wire form. */
export interface SshKey {
  readonly privateFile: string;
  /** `ssh-ed25519 AAAA…`, as known_hosts and authorized_keys have it. */
  readonly publicLine: string;
  /** The public key as it travels (RFC 8709, section 4). */
  readonly publicBlob: Buffer;
}

/**
 * A fresh key pair in the format of openssh-portable's PROTOCOL.key, which both ssh2 and ssh(1) read.
 * Not by ssh2's own generator: 1.17.0 makes one unreadable ed25519 key in about two hundred.
 */
export function makeKey(comment: string): SshKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x, d } = privateKey.export({ format: 'jwk' });
  const point = Buffer.from(x ?? '', 'base64url');
  const seed = Buffer.from(d ?? '', 'base64url');
  const publicBlob = Buffer.concat([field(TYPE), field(point)]);

  const check = randomBytes(4);
  const pair = Buffer.concat([publicBlob, field(Buffer.concat([seed, point])), field(comment)]);
  const padding = Uint8Array.from({ length: (8 - ((8 + pair.length) % 8)) % 8 }, (_, index) => index + 1);
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    number(1),
    field(publicBlob),
    field(Buffer.concat([check, check, pair, padding])),
  ]);
  const lines = file.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    privateFile: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicLine: `${TYPE} ${publicBlob.toString('base64')}`,
    publicBlob,
  };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

// RFC 4251, section 5: a string is its length and its bytes.
function field(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}
