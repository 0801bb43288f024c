import type { WireReader } from '../packets/wire.ts';

/** What a certificate says, as far as a client has use for it. Times are seconds since 1970. */
export interface Certificate {
  readonly kind: 'user' | 'host' | 'unknown';
  /** As its authority named it; not escaped. */
  readonly keyId: string;
  readonly validAfter: bigint;
  readonly validBefore: bigint;
}

const KINDS = ['unknown', 'user', 'host'] as const;

/**
 * Reads what follows the certified key in a certificate (PROTOCOL.certkeys); null where it is cut short or goes on
 * too long. Whether the authority is trusted and for whom it holds, the server judges.
 */
export function readCertificate(reader: WireReader): Certificate | null {
  const serial = reader.uint64();
  const kind = reader.uint32();
  const keyId = reader.string();
  const principals = reader.string();
  const validAfter = reader.uint64();
  const validBefore = reader.uint64();
  // Critical options, extensions, reserved, the authority's key, its signature.
  const others = Array.from({ length: 5 }, () => reader.string());
  if (serial === null || kind === null || keyId === null || principals === null) return null;
  if (validAfter === null || validBefore === null || others.includes(null)) return null;
  if (reader.rest().length > 0) return null;
  return { kind: KINDS[kind] ?? 'unknown', keyId: keyId.toString('utf8'), validAfter, validBefore };
}

/** Why no server would take a certificate at this time (milliseconds since 1970); null: one may. */
export function objectionTo({ kind, validAfter, validBefore }: Certificate, now: number): string | null {
  const seconds = BigInt(Math.floor(now / 1_000));
  if (kind !== 'user')
    return kind === 'host' ? "it is a host's certificate" : 'it is no certificate of a user';
  if (seconds < validAfter) return `the certificate is not valid before ${date(validAfter)}`;
  return seconds < validBefore ? null : `the certificate has expired on ${date(validBefore)}`;
}

/** The latest moment that JavaScript has a date for, in seconds. */
const LATEST = 8_640_000_000_000n;

function date(seconds: bigint): string {
  return new Date(Number(seconds < LATEST ? seconds : LATEST) * 1_000).toISOString();
}
