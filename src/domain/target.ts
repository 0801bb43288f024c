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

/** How an agent is reached. All paths are absolute. */
export interface SshSpec {
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** True where the inventory names `identityFiles`: a missing one is an error then. The usual files may be missing. */
  readonly identityFilesExplicit: boolean;
  readonly password: SecretReference | null;
  readonly hostKeys: 'strict' | 'accept-new';
  readonly knownHosts: readonly string[];
  /** From the first packet to authenticated. */
  readonly connectTimeoutMs: number;
}

/** How to become root: `auto` is nothing for root, else sudo. */
export interface BecomeSpec {
  readonly method: 'auto' | 'none' | 'sudo';
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
export interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly group: string | null;
  readonly ssh: SshSpec;
  readonly become: BecomeSpec;
  readonly archive: ArchiveSpec;
  readonly checks: readonly CheckSpec[];
  /** Names of the registries (see RegistrySpec.name) that this agent's archive holds, in inventory order. */
  readonly registries: readonly string[];
}

/** The inventory, resolved. */
export interface Inventory {
  /** As the operator wrote it on the command line. */
  readonly file: string;
  readonly registries: readonly RegistrySpec[];
  /** In inventory order. */
  readonly targets: readonly Target[];
  readonly warnings: readonly Warning[];
}

/** Something the operator should know that fails nothing. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
