import { readArchive } from '../credential/archive.ts';
import type { ArchiveContents } from '../credential/contents.ts';
import { expiryOf } from '../credential/expiry.ts';
import { foreignRegistries } from '../credential/foreign.ts';
import { isGzip } from '../credential/gzip.ts';
import { registryKey } from '../credential/registry-key.ts';
import type { AgentContext } from '../credential/speech.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import type { Secret } from '../domain/secret.ts';
import type { RegistrySpec } from '../domain/target.ts';
import type { FailureCode } from '../errors/catalogue.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { compareEntry, usableEntry } from './entries.ts';
import type { Inspection } from './inspect.ts';
import { aroundFailures, type Fail, modeFailure, taskFailure } from './judge-place.ts';

/** What an archive is compared with. */
export interface ArchiveRules {
  readonly ctx: AgentContext;
  /** The registries of this agent's archive, in inventory order. */
  readonly registries: readonly RegistrySpec[];
  /** The inventory's secrets, as far as they could be had, by registry name. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly taskUser: string | null;
  /** Is this archive on record as one of the present generation (identity tokens)? */
  readonly isIssued: (bytes: Uint8Array) => boolean;
}

/** What is wrong with an archive, all of it, and what is in it. */
export interface JudgedArchive {
  /** Empty: all is as the inventory says. One for each code; what it found is in its message. */
  readonly failures: readonly Failure[];
  /** May the agent's tar unpack it: a whole archive, of plain files and folders below its own root. */
  readonly unpackable: boolean;
  /** By registry name: the entries that docker would find, as they lie there. */
  readonly entries: ReadonlyMap<string, ConfigEntry>;
  /** Registries whose entry could not be compared with the inventory's secret. */
  readonly uncompared: readonly string[];
  /** When the first of its credentials ends, where one says so; ISO 8601. */
  readonly expiresAt: string | null;
}

/** What is no archive, in words. */
const NO_FILE = {
  link: 'it is a symbolic link',
  folder: 'it is a folder',
  other: 'it is no plain file',
  unreadable: 'it cannot be read',
} as const;

const NOTHING = { unpackable: false, entries: new Map(), uncompared: [], expiresAt: null };

/** Judges what an agent says of its archive. Nothing that is secret in it gets into a failure's words. */
export function judgeArchive(inspection: Inspection, rules: ArchiveRules): JudgedArchive {
  const { look, missing } = inspection;
  const { target } = rules.ctx;
  const { host, archive, ssh } = target;
  const fail = (code: FailureCode, values: Readonly<Record<string, string>> = {}) =>
    failure(code, 'install', { host, path: archive.path, user: ssh.user, ...values });
  const around = aroundFailures(inspection, fail);
  if (look.kind === 'absent' || look.kind === 'nowhere')
    return { ...NOTHING, failures: [fail('ARCHIVE_MISSING'), ...around] };
  if (look.kind !== 'file') {
    const why = fail('ARCHIVE_PATH_UNUSABLE', { reason: NO_FILE[look.kind] });
    return { ...NOTHING, failures: [why, ...around] };
  }
  const judged = judgeBytes(look.bytes, rules, fail);
  const failures = [
    ...judged.failures,
    ...modeFailure(look, fail, rules.ctx),
    ...taskFailure(inspection, fail, rules.taskUser),
    ...around,
  ];
  return { ...judged, unpackable: judged.unpackable && !missing.includes('tar'), failures };
}

function judgeBytes(bytes: Uint8Array | null, rules: ArchiveRules, fail: Fail): JudgedArchive {
  const invalid = (reasons: readonly string[]) =>
    reasons.length === 0 ? [] : [fail('ARCHIVE_INVALID', { reason: reasons.join('; ') })];
  if (bytes === null)
    return { ...NOTHING, failures: invalid(['it has more than 64 KiB, which is not read']) };
  const read = readArchive(bytes);
  if (!read.ok) return { ...NOTHING, failures: invalid([read.error]) };
  const contents = read.value;
  const entries = new Map(
    rules.registries.flatMap(({ name }) => {
      const entry = usableEntry(contents, name);
      return typeof entry === 'string' ? [] : [[name, entry] as const];
    }),
  );
  const reasons = reasonsAgainst(bytes, contents, rules);
  const foreign = foreignRegistries(
    { ...contents, credsStore: null, opaque: isGzip(bytes) ? contents.opaque : [] },
    rules.registries.map(({ name }) => registryKey(name)),
  );
  const compared = rules.registries.flatMap((registry) => {
    const entry = entries.get(registry.name);
    if (entry === undefined) return [];
    const secret = rules.secrets.get(registry.name) ?? null;
    return [
      { name: registry.name, verdict: compareEntry(entry, registry, secret, () => rules.isIssued(bytes)) },
    ];
  });
  const namesOf = (verdict: string) =>
    compared.filter((one) => one.verdict === verdict).map(({ name }) => name);
  const stale = namesOf('stale');
  const ends = [...entries.values()].map(expiryOf).filter((time) => time !== null);
  return {
    failures: [
      ...invalid(reasons),
      ...(foreign.length === 0 ? [] : [fail('ARCHIVE_FOREIGN', { registries: foreign.join(', ') })]),
      ...(stale.length === 0 ? [] : [fail('ARCHIVE_STALE', { registry: stale.join(', ') })]),
    ],
    unpackable: contents.unsafe.length === 0 && isGzip(bytes) && contents.opaque.length === 0,
    entries,
    uncompared: namesOf('unknown'),
    expiresAt: ends.toSorted()[0] ?? null,
  };
}

function reasonsAgainst(
  bytes: Uint8Array,
  { credsStore, credHelpers, unsafe, registries, opaque, unloadable }: ArchiveContents,
  rules: ArchiveRules,
): readonly string[] {
  if (!isGzip(bytes)) return ['it is not compressed with gzip'];
  // What cannot be read is told as foreign: it may hold anything.
  if (opaque.length > 0 && registries.length === 0 && unsafe.length === 0) return [];
  return [
    ...(unsafe.length === 0 ? [] : [`it must not be unpacked: it holds ${unsafe.slice(0, 5).join(', ')}`]),
    ...(unloadable === null ? [] : [`docker cannot load its config.json: ${unloadable}`]),
    ...(credsStore === null ? [] : [`it leaves the passwords to the credential store ${credsStore}`]),
    ...(credHelpers.length === 0 ? [] : ['it names credential helpers, which Mesos does not have']),
    ...rules.registries.flatMap(({ name }) => {
      const entry = usableEntry({ registries }, name);
      return typeof entry === 'string' ? [entry] : [];
    }),
  ];
}
