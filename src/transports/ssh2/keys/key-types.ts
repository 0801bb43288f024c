/** A type of user key that SSH servers know. */
export interface KeyType {
  /** As public keys name it. */
  readonly name: string;
  /** As certificates name it (PROTOCOL.certkeys). */
  readonly certificate: string;
  /** How many strings a public key holds after its type. */
  readonly fields: number;
  /** What it may sign with, best first, as a login names it (RFC 8332 for RSA). */
  readonly algorithms: readonly string[];
  /** FIDO: its signature needs a touch (PROTOCOL.u2f). */
  readonly asksPerson: boolean;
}

const OPENSSH = '@openssh.com';
const CERTIFIED = `-cert-v01${OPENSSH}`;

/** The name for a certificate of an algorithm or type: `ssh-ed25519-cert-v01@openssh.com`. */
export function certified(name: string): string {
  return `${name.endsWith(OPENSSH) ? name.slice(0, -OPENSSH.length) : name}${CERTIFIED}`;
}

/** The name that a signature bears when a login names this algorithm: certificates sign as the key that they certify. */
export function signatureAlgorithm(algorithm: string): string {
  if (!algorithm.endsWith(CERTIFIED)) return algorithm;
  const plain = algorithm.slice(0, -CERTIFIED.length);
  return plain.startsWith('sk-') ? `${plain}${OPENSSH}` : plain;
}

function keyType(name: string, fields: number, algorithms: readonly string[] = [name]): KeyType {
  return { name, certificate: certified(name), fields, algorithms, asksPerson: name.startsWith('sk-') };
}

const TYPES: readonly KeyType[] = [
  keyType('ssh-ed25519', 1),
  keyType('ecdsa-sha2-nistp256', 2),
  keyType('ecdsa-sha2-nistp384', 2),
  keyType('ecdsa-sha2-nistp521', 2),
  keyType('ssh-rsa', 2, ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']),
  keyType('sk-ssh-ed25519@openssh.com', 2),
  keyType('sk-ecdsa-sha2-nistp256@openssh.com', 3),
];

/** The type of a key or certificate by the name that its first field has; null for one that is not supported. */
export function keyTypeNamed(name: string): { readonly type: KeyType; readonly certified: boolean } | null {
  for (const type of TYPES) {
    if (type.name === name) return { type, certified: false };
    if (type.certificate === name) return { type, certified: true };
  }
  return null;
}
