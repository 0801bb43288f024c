import { createHash } from 'node:crypto';
import type { Speech } from '../credential/speech.ts';
import { becomePassword } from '../domain/become.ts';
import type { RunEvent } from '../domain/event.ts';
import { referenceKey, type Secret, type SecretReference } from '../domain/secret.ts';
import type { RegistrySpec, Target } from '../domain/target.ts';
import type { Transport } from '../transports/transport.ts';
import type { CheckPlan, Fleet, Issues } from './fleet.ts';
import { createLimit } from './limits.ts';
import { createLoginPace } from './pace.ts';
import { createProofs } from './proofs.ts';
import { createRefusals } from './refusals.ts';
import type { Stop } from './stop.ts';
import { createTurns } from './turns.ts';

interface Parts {
  readonly transport: Transport;
  readonly script: string;
  readonly request: {
    readonly handshakes: number;
    readonly logins: number;
    readonly timeoutMs: number;
    readonly dryRun: boolean;
    readonly dropOtherRegistries: boolean;
  };
  /** Null for a run. */
  readonly check: CheckPlan | null;
  readonly targets: readonly Target[];
  readonly registries: readonly RegistrySpec[];
  readonly credentials: {
    readonly registries: ReadonlyMap<string, Secret>;
    readonly sshPasswords: ReadonlyMap<string, Secret>;
    readonly becomePasswords: ReadonlyMap<string, Secret>;
  };
  readonly holder: string;
  readonly say: Speech;
  readonly stop: Stop;
  readonly issues: Issues;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly emit: (event: RunEvent) => void;
}

/** Puts together what the agents of one run share. */
export function createFleet(parts: Parts): Omit<Fleet, 'waiting'> {
  const { request, targets, stop } = parts;
  const proofs = createProofs(needs(targets, ({ registries }) => registries));
  const sshProofs = createProofs(needs(targets, ({ ssh }) => keyOf(ssh.password)));
  const becomeProofs = createProofs(needs(targets, (target) => keyOf(becomePassword(target))));
  stop.onPull(({ kind }) => {
    if (kind === 'max-failures' || kind === 'logins-refused') return;
    proofs.stop();
    sshProofs.stop();
    becomeProofs.stop();
  });
  return {
    transport: parts.transport,
    script: parts.script,
    registries: new Map(parts.registries.map((registry) => [registry.name, registry])),
    secrets: parts.credentials.registries,
    sshPasswords: parts.credentials.sshPasswords,
    becomePasswords: parts.credentials.becomePasswords,
    timeoutMs: request.timeoutMs,
    dryRun: request.dryRun,
    may: parts.check !== null ? (parts.check.pull ? ['images'] : []) : request.dryRun ? [] : ['archive'],
    check: parts.check,
    dropOthers: request.dropOtherRegistries,
    holder: parts.holder,
    say: parts.say,
    random: (length) => letters(parts.randomBytes(length)),
    chance: () => fraction(parts.randomBytes(2)),
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    emit: parts.emit,
    handshakes: createLimit(request.handshakes),
    pace: createLoginPace(request.logins),
    proofs,
    sshProofs,
    becomeProofs,
    refusals: createRefusals(stop),
    turns: createTurns(),
    stop,
    issues: parts.issues,
  };
}

/** Per credential, the agents that need it. */
function needs(targets: readonly Target[], of: (target: Target) => readonly string[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const target of targets) {
    for (const name of of(target)) push(map, name, target.name);
  }
  return map;
}

const keyOf = (reference: SecretReference | null) => (reference === null ? [] : [referenceKey(reference)]);

function fraction([high = 0, low = 0]: Uint8Array): number {
  return (high * 256 + low) / 65_535;
}

function letters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'abcdefghijklmnopqrstuvwxyz012345'[byte % 32]).join('');
}

function push(map: Map<string, string[]>, key: string, value: string) {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
