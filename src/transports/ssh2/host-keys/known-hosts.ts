import { matchesPatternList } from '../../../domain/wildcard.ts';
import { type HashableName, hashableName, hashedNameMatcher } from './hashed-name.ts';

/** What one line of a known_hosts file says about a key. */
export interface KnownKey {
  readonly marker: 'key' | 'revoked' | 'cert-authority';
  /** `ssh-ed25519`, `ssh-rsa`, …: the same in the line and in the key itself. */
  readonly type: string;
  /** The public key, base64 in its canonical form. */
  readonly base64: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The lines of one or more known_hosts files, by the names they are for. */
export interface KnownHosts {
  /** All keys that are for a name (`host`, or `[host]:port`), whatever its case, markers included. */
  lookup(name: string): readonly KnownKey[];
  /** Adds a key that has been appended to a file. */
  add(name: string, key: KnownKey): void;
}

interface Line {
  /** The first field, in lower case: names and patterns with commas between them, or one hashed name. */
  readonly names: string;
  readonly key: KnownKey;
}

const MARKERS = new Map([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'cert-authority'],
] as const);

/** The type that an SSH public key names itself (RFC 4253, 6.6); null for anything that is not one. */
export function keyTypeOf(blob: Uint8Array): string | null {
  if (blob.length < 5) return null;
  const length = new DataView(blob.buffer, blob.byteOffset).getUint32(0);
  if (length === 0 || length > 64 || blob.length <= 4 + length) return null;
  return Buffer.from(blob.subarray(4, 4 + length)).toString('latin1');
}

/** Reads one line (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT); null for a comment and for what is no such line. */
function parseLine(text: string, file: string, line: number): Line | null {
  const fields = text.trim().split(/[ \t]+/);
  const first = fields[0] ?? '';
  if (first === '' || first.startsWith('#')) return null;
  const marker = first.startsWith('@') ? MARKERS.get(first as '@revoked') : 'key';
  if (marker === undefined) return null;
  const [names, type, encoded] = marker === 'key' ? fields : fields.slice(1);
  if (names === undefined || type === undefined || encoded === undefined) return null;
  const blob = Buffer.from(encoded, 'base64');
  if (keyTypeOf(blob) !== type) return null;
  const hashed = names.startsWith('|');
  return {
    names: hashed ? names : names.toLowerCase(),
    key: { marker, type, base64: blob.toString('base64'), file, line },
  };
}

/** `|1|salt|hash` as a matcher; null where it is malformed. */
function parseHashed(names: string): ((name: HashableName) => boolean) | null {
  const [empty, version, salt, hash, more] = names.split('|');
  if (empty !== '' || version !== '1' || salt === undefined || hash === undefined || more !== undefined)
    return null;
  const digest = Buffer.from(hash, 'base64');
  return digest.length === 20 ? hashedNameMatcher(Buffer.from(salt, 'base64'), digest) : null;
}

/**
 * Reads known_hosts files, in the order in which ssh(1) would. Total: lines that make no sense are passed over.
 * Plain names, the bulk of a fleet's file, are found at once; patterns and hashed names are gone through, and a
 * hashed name that has been recognised is a plain one from then on.
 */
export function indexKnownHosts(
  files: readonly { readonly file: string; readonly text: string }[],
): KnownHosts {
  const plain = new Map<string, KnownKey[]>();
  const patterns: { readonly list: readonly string[]; readonly key: KnownKey }[] = [];
  let hashed: { readonly matches: (name: HashableName) => boolean; readonly key: KnownKey }[] = [];

  function add(name: string, key: KnownKey): void {
    const keys = plain.get(name);
    if (keys === undefined) plain.set(name, [key]);
    else keys.push(key);
  }

  for (const { file, text } of files) {
    for (const [index, raw] of text.split('\n').entries()) {
      const line = parseLine(raw, file, index + 1);
      if (line === null) continue;
      const { names, key } = line;
      if (names.startsWith('|')) {
        const matches = parseHashed(names);
        if (matches !== null) hashed.push({ matches, key });
      } else if (/[*?!]/.test(names)) {
        patterns.push({ list: names.split(','), key });
      } else {
        for (const name of new Set(names.split(','))) add(name, key);
      }
    }
  }

  return {
    lookup(wanted) {
      const name = wanted.toLowerCase();
      const hashable = hashableName(name);
      const others: typeof hashed = [];
      for (const entry of hashed) {
        if (entry.matches(hashable)) add(name, entry.key);
        else others.push(entry);
      }
      if (others.length < hashed.length) hashed = others;
      const matched = patterns.filter(({ list }) => matchesPatternList(name, list)).map(({ key }) => key);
      return [...(plain.get(name) ?? []), ...matched];
    },
    add: (name, key) => add(name.toLowerCase(), key),
  };
}
