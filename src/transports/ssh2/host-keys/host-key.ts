import { createHash } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';
import type { Hop } from '../../../domain/target.ts';
import { type Failure, failure } from '../../../errors/failure.ts';
import { printable } from '../../../lib/printable.ts';
import { quote } from '../../../lib/quote.ts';
import { scanLine } from '../../shell-lines.ts';
import { type KnownHosts, type KnownKey, keyTypeOf } from './known-hosts.ts';

/**
 * What to do with a presented host key: trust it, add it under this name once it has proven itself, or refuse it.
 * `unrecorded` is the failure where it could not be added.
 */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'add'; readonly name: string; readonly unrecorded: (why: string) => Failure }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** The known_hosts files that targets are judged by. */
export interface HostKeyRules {
  readonly knownHosts: KnownHosts;
  /** Files that are there but could not be read, with the reason: no new key is accepted while there is one. */
  readonly unreadable: readonly string[];
}

/** Signature algorithms for host keys, best first, by the type of key that they need (RFC 8332 for RSA). */
const ALGORITHMS = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
  ['ssh-rsa', 'ssh-rsa'],
] as const;
export type HostKeyAlgorithm = (typeof ALGORITHMS)[number][0];

/** The fingerprint as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The name of a host in known_hosts: the host itself on port 22, else `[host]:port`; IPv6 in its shortest form. */
export function knownHostsName(host: string, port: number): string {
  const [address = host, zone] = host.split('%');
  const short = isIPv6(host) ? new SocketAddress({ address, family: 'ipv6' }).address : host.toLowerCase();
  const name = isIPv6(host) && zone !== undefined ? `${short}%${zone}` : short;
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Where the key stands; line 0 is one that this run has added. */
function place({ file, line }: KnownKey): string {
  return line === 0 ? file : `${file}:${line}`;
}

/** What a host may prove itself with. */
export interface HostKeyJudge {
  /**
   * The host key algorithms to ask for, the known types first: a server with several keys then presents the one that
   * is known and does not look changed (as ssh(1) does). The others follow, so that a changed key can be shown.
   */
  readonly algorithms: readonly HostKeyAlgorithm[];
  judge(presented: Uint8Array): HostKeyVerdict;
}

/**
 * Knows what a target may prove itself with. As ssh(1): HostKeyAlias is its name where there is one; a key that is
 * known for the host's port 22 is trusted on its other ports too, while another key there says nothing. Stricter than
 * ssh(1): a key that is revoked under either name is refused, and an unreadable file or a @cert-authority line keeps
 * new keys from being accepted.
 */
export function createHostKeyJudge(target: Hop, rules: HostKeyRules): HostKeyJudge {
  const { address, hostKeyAlias } = target.ssh;
  const name = hostKeyAlias?.toLowerCase() ?? knownHostsName(address, target.port);
  const own = rules.knownHosts.lookup(name);
  const hasOneName = target.port === 22 || hostKeyAlias !== null;
  const all = hasOneName ? own : [...own, ...rules.knownHosts.lookup(knownHostsName(address, 22))];
  const types = new Set(all.filter(({ marker }) => marker === 'key').map(({ type }) => type));
  const sorted = [
    ...ALGORITHMS.filter(([, type]) => types.has(type)),
    ...ALGORITHMS.filter(([, type]) => !types.has(type)),
  ];

  function judge(presented: Uint8Array): HostKeyVerdict {
    const base64 = Buffer.from(presented).toString('base64');
    const type = keyTypeOf(presented) ?? 'unknown';
    const shown = `${printable(type)} ${fingerprint(presented)}`;
    const values = {
      host: target.host,
      port: target.port,
      address,
      scan: scanLine(target),
      fingerprint: shown,
    };
    const refused = (it: Failure): HostKeyVerdict => ({ kind: 'refused', failure: it });
    const [file] = target.ssh.knownHosts;
    const where = file === undefined ? {} : { knownHosts: quote(file) };
    const unknown = (detail?: string) =>
      failure('HOST_KEY_UNKNOWN', 'connect', { ...values, ...where }, detail);

    const revoked = all.find((key) => key.marker === 'revoked' && key.base64 === base64);
    if (revoked !== undefined) {
      return refused(failure('HOST_KEY_REVOKED', 'connect', { ...values, known: place(revoked) }));
    }
    if (all.some((key) => key.marker === 'key' && key.base64 === base64)) return { kind: 'known' };

    const keys = own.filter(({ marker }) => marker === 'key');
    const other = keys.find((key) => key.type === type) ?? keys[0];
    if (other !== undefined) {
      const entry = `${name.startsWith('[') ? quote(name) : name} -f ${quote(other.file)}`;
      return refused(failure('HOST_KEY_CHANGED', 'connect', { ...values, known: place(other), entry }));
    }
    const authority = all.find(({ marker }) => marker === 'cert-authority');
    if (authority !== undefined) {
      const why =
        "is a @cert-authority line, which is not understood here: set ssh.transport: openssh, or add the host's own key";
      return refused(unknown(`${place(authority)} ${why}`));
    }
    if (rules.unreadable.length > 0) return refused(unknown(rules.unreadable.join('; ')));
    return target.ssh.hostKeys === 'accept-new'
      ? { kind: 'add', name, unrecorded: unknown }
      : refused(unknown());
  }
  return { algorithms: sorted.map(([algorithm]) => algorithm), judge };
}
