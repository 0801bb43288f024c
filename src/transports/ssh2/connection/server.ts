/** What a server's version line tells of how it behaves. */
export interface Server {
  /** As `OpenSSH_9.2p1`; empty where it cannot be told. */
  readonly software: string;
  /** What comes too early it refuses, and goes on: more may follow a login that it may refuse. */
  readonly forgives: boolean;
  /** It numbers its channels from 0, so that a command may be asked for before the server has named its channel. */
  readonly numbersFromZero: boolean;
}

// Tried with each: sshd, dropbear, ssh2 and what is built on it. Of golang.org/x/crypto/ssh: mux.go, chanList.
const FORGIVING = /^(?:OpenSSH_|ssh2js|node-prep_lab$)/;
const FROM_ZERO = /^(?:OpenSSH_|ssh2js|node-prep_lab$|dropbear_|Go$)/;

/** Reads a version line (RFC 4253, 4.2), without its end. */
export function serverOf(ident: string): Server {
  const software = /^SSH-(?:2\.0|1\.99)-([^ ]*)/.exec(ident)?.[1] ?? '';
  return { software, forgives: FORGIVING.test(software), numbersFromZero: FROM_ZERO.test(software) };
}

/** The version of an OpenSSH as major * 100 + minor; null for anything else. */
export function openSshVersion({ software }: Server): number | null {
  const found = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,2})/.exec(software);
  return found === null ? null : Number(found[1]) * 100 + Number(found[2]);
}
