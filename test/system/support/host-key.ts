import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** An Ed25519 key pair as sshd reads it (`privateKey`, OpenSSH's own format) and as known_hosts writes it. */
export interface HostKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

const TYPE = 'ssh-ed25519';

/** Makes a key pair in this process: a hundred of them in the time that one ssh-keygen takes to start. */
export function makeHostKey(): HostKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(d, 'base64url');
  const point = Buffer.from(x, 'base64url');
  const blob = Buffer.concat([field(TYPE), field(point)]);
  const check = randomBytes(4);
  const pair = [field(TYPE), field(point), field(Buffer.concat([seed, point])), field('')];
  const inner = Buffer.concat([check, check, ...pair]);
  // PROTOCOL.key of OpenSSH: unencrypted, padded to eight with 1, 2, 3, …
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const head = [Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field(''), number(1)];
  const whole = Buffer.concat([...head, field(blob), field(Buffer.concat([inner, padding]))]).toString(
    'base64',
  );
  const lines = whole.match(/.{1,70}/g) ?? [];
  const label = 'OPENSSH PRIVATE KEY';
  return {
    privateKey: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`,
    publicKey: `${TYPE} ${blob.toString('base64')}`,
  };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}
