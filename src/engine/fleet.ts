import type { Speech } from '../credential/speech.ts';
import type { RunEvent } from '../domain/event.ts';
import type { Secret } from '../domain/secret.ts';
import type { RegistrySpec, Target } from '../domain/target.ts';
import type { Transport } from '../transports/transport.ts';
import type { Limit } from './limits.ts';
import type { LoginPace } from './pace.ts';
import type { Proofs } from './proofs.ts';
import type { Refusals } from './refusals.ts';
import type { Stop } from './stop.ts';

/** Archives that were built for one agent from an identity token, as the state folder remembers them. */
export interface Issues {
  /** SHA-256 (hex) of the archive that this agent got in this generation; null where none is on record. */
  find(target: Target): string | null;
  record(target: Target, digest: string): void;
}

/** What the agents of one run share. Nothing in it lets one agent's trouble reach another. */
export interface Fleet {
  readonly transport: Transport;
  /** The remote script, compacted. */
  readonly script: string;
  readonly registries: ReadonlyMap<string, RegistrySpec>;
  /** By registry name. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** SSH passwords, by the key of their reference. */
  readonly sshPasswords: ReadonlyMap<string, Secret>;
  /** Passwords for sudo, likewise. */
  readonly becomePasswords: ReadonlyMap<string, Secret>;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
  readonly dropOthers: boolean;
  /** Whose install a lock on an agent is: printable, one line. */
  readonly holder: string;
  readonly say: Speech;
  /** Random lower-case letters and digits. */
  readonly random: (length: number) => string;
  /** A random number from 0 to 1. */
  readonly chance: () => number;
  readonly sha256: (bytes: Uint8Array) => string;
  readonly emit: (event: RunEvent) => void;
  readonly handshakes: Limit;
  readonly pace: LoginPace;
  readonly proofs: Proofs;
  readonly sshProofs: Proofs;
  readonly becomeProofs: Proofs;
  readonly refusals: Refusals;
  readonly stop: Stop;
  readonly issues: Issues;
  /** Waits for others without counting as an agent at work, where the fleet would starve otherwise. */
  readonly waiting: <T>(wait: Promise<T>) => Promise<T>;
}
