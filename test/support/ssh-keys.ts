import ssh2 from 'ssh2';

const { generateKeyPairSync, parseKey } = ssh2.utils;

/** What ssh2 makes of a kind of key, and how it is locked. */
export type KeyOptions = Parameters<typeof generateKeyPairSync>[1] & { readonly passphrase?: string };

/**
 * A key pair by ssh2's own generator, in OpenSSH's format. Of its ed25519 keys one in two hundred cannot be read
 * (ssh2 1.17.0 cuts leading zeros off), so it is asked again until one can.
 */
export function soundKeyPair(
  type: 'ed25519' | 'ecdsa',
  options?: KeyOptions,
): { private: string; public: string } {
  for (;;) {
    const pair =
      type === 'ed25519'
        ? generateKeyPairSync('ed25519', options as never)
        : generateKeyPairSync('ecdsa', { bits: 256, ...options } as never);
    if (!(parseKey(pair.private, options?.passphrase) instanceof Error)) return pair;
  }
}
