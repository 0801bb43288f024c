import type { Speech } from '../credential/speech.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import type { RunEvent } from '../domain/event.ts';
import type { ImageReference } from '../domain/image.ts';
import type { Secret } from '../domain/secret.ts';
import type { RegistrySpec, Target } from '../domain/target.ts';
import type { Change } from '../remote/verb.ts';
import type { Transport } from '../transports/transport.ts';
import type { Limit } from './limits.ts';
import type { LoginPace } from './pace.ts';
import type { Proofs } from './proofs.ts';
import type { Refusals } from './refusals.ts';
import type { Stop } from './stop.ts';
import type { Turns } from './turns.ts';

/** Archives that were built for one agent from an identity token, as the state folder remembers them. */
export interface Issues {
  /** SHA-256 (hex) of the archive that this agent got in this generation; null where none is on record. */
  find(target: Target): string | null;
  record(target: Target, digest: string): void;
}

/** What a check found on an agent that fails nothing. */
export interface AgentNotes {
  /** What killed conversations left there. */
  readonly leftovers: readonly string[];
  /** Registries whose entry could not be compared with the inventory's secret. */
  readonly uncompared: readonly string[];
}

/** What a check is to prove beyond the inventory. */
export interface CheckPlan {
  readonly image: ImageReference | null;
  readonly pull: boolean;
  readonly pullTimeoutMs: number;
  readonly taskUser: string | null;
  /** The name of the credential set that an agent's archive holds, by registry, in inventory order. */
  readonly generationOf: (
    entries: readonly { readonly name: string; readonly entry: ConfigEntry }[],
  ) => string;
  /** Hears what is worth a warning on an agent, beside its outcome. */
  readonly noted: (target: Target, notes: AgentNotes) => void;
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
  /** What may be changed on an agent at all. */
  readonly may: readonly Change[];
  /** Null where agents are prepared, not checked. */
  readonly check: CheckPlan | null;
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
  readonly turns: Turns;
  readonly stop: Stop;
  readonly issues: Issues;
  /** Waits for others without counting as an agent at work, where the fleet would starve otherwise. */
  readonly waiting: <T>(wait: Promise<T>) => Promise<T>;
}
