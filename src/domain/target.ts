import type { SecretReference } from './secret.ts';

/** A health-check command and what is expected of it. `timeoutMs` in milliseconds. */
export interface CheckSpec {
  readonly id: string;
  readonly command: string;
  /** `pass`: exits 0 and what it asks is true. `runnable`: the agent can run it; exit 0 or 1. */
  readonly expect: 'pass' | 'runnable';
  readonly timeoutMs: number;
}

/** Where the archive goes, and whose it is. `mode` is a number, e.g. 0o600. */
export interface ArchiveSpec {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
}

/** What the inventory itself says of SSH; what it leaves out, ssh_config may say. All paths are absolute. */
export interface SshSettings {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly identityFiles?: readonly string[] | undefined;
  readonly hostKeys?: 'strict' | 'accept-new' | undefined;
  readonly knownHosts?: readonly string[] | undefined;
  /** As written: `user@host:port`, several with commas, or `none`. */
  readonly proxyJump?: string | undefined;
  /** A path, or `none`. */
  readonly configFile?: string | undefined;
  readonly connectTimeoutMs?: number | undefined;
}

/** How a machine is reached: the inventory over ssh_config over the defaults. All paths are absolute. */
export interface SshSpec {
  /** ssh2: the client of this program; openssh: the ssh program; local: this machine, without SSH. */
  readonly transport: 'ssh2' | 'openssh' | 'local';
  readonly user: string;
  /** What is connected to: HostName of ssh_config, else the host as the inventory has it. */
  readonly address: string;
  /** HostKeyAlias: the name in known_hosts in place of the address and port; null for none. */
  readonly hostKeyAlias: string | null;
  readonly identityFiles: readonly string[];
  /** True where the inventory names `identityFiles`: a missing one is an error then. The usual files may be missing. */
  readonly identityFilesExplicit: boolean;
  /** IdentitiesOnly: keys of the ssh-agent are offered only where a file names them. */
  readonly identitiesOnly: boolean;
  /** CertificateFile: certificates beside those that lie next to their keys. */
  readonly certificateFiles: readonly string[];
  readonly password: SecretReference | null;
  readonly hostKeys: 'strict' | 'accept-new';
  /** Looked at first; a new key is added to the first of them. */
  readonly knownHosts: readonly string[];
  /** Looked at too, never written. */
  readonly globalKnownHosts: readonly string[];
  /** From the first packet to authenticated; each jump host on the way has as much. */
  readonly connectTimeoutMs: number;
  /** After so long without a word the server is asked for one; 0: never. After three in vain it counts as dead. */
  readonly keepAliveMs: number;
  /** Machines to go through, the nearest to this one first. Theirs are empty: this list is the whole way. */
  readonly jumps: readonly Hop[];
  readonly written: SshSettings;
}

/** A machine that SSH reaches: an agent, or a jump host on the way to one. */
export interface Hop {
  /** As the inventory, or whoever names the jump host, has it. */
  readonly host: string;
  readonly port: number;
  readonly ssh: SshSpec;
}

/** How to become root: `auto` is nothing for root, else sudo. */
export interface BecomeSpec {
  readonly method: 'auto' | 'none' | 'sudo' | 'doas';
  /** For sudo, where it asks for one. */
  readonly password: SecretReference | null;
}

/** A registry of the inventory. */
export interface RegistrySpec {
  /** What image names start with, in its canonical form: `registry.example.com:5000`, `docker.io`. */
  readonly name: string;
  readonly username: string;
  readonly password: SecretReference;
  /** `agent`: every agent proves the credential; `once`: one proof in the run is enough. */
  readonly proof: 'agent' | 'once';
}

/** One agent, resolved: nothing optional that the engine needs, and no secret, so it may appear in a report. */
export interface Target extends Hop {
  readonly name: string;
  readonly group: string | null;
  readonly become: BecomeSpec;
  readonly archive: ArchiveSpec;
  readonly checks: readonly CheckSpec[];
  /** Names of the registries (see RegistrySpec.name) that this agent's archive holds, in inventory order. */
  readonly registries: readonly string[];
}

/** How Marathon is asked for an app (`check --marathon`). */
export interface MarathonSpec {
  /** What goes into `Authorization: token=…`; null for none. */
  readonly token: SecretReference | null;
  /** PEM certificates that may sign Marathon's, beside the system's; an absolute path, or null. */
  readonly caFile: string | null;
}

/** The inventory, resolved. */
export interface Inventory {
  /** As the operator wrote it on the command line. */
  readonly file: string;
  readonly registries: readonly RegistrySpec[];
  /** In inventory order. */
  readonly targets: readonly Target[];
  readonly marathon: MarathonSpec;
  readonly warnings: readonly Warning[];
}

/** Something the operator should know that fails nothing. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
