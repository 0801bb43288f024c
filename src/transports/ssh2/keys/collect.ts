import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { HeldKey } from './held-keys.ts';
import { type CertificateFile, type KeySpec, reasonOf } from './identities.ts';
import type { KeyFile } from './key-file.ts';
import { makeOffer, type Signers } from './make-offer.ts';
import { labels, type Offer, type Offers } from './offer.ts';
import type { PublicKey } from './public-key.ts';

/** What has been read for a configuration. */
export interface Sources extends Signers {
  readonly certificates: readonly CertificateFile[];
}

/** A public key that may be offered, if somebody can sign for it. */
interface Candidate {
  readonly key: PublicKey;
  readonly name: string;
  /** It is the operator's own choice: without it there is no login. */
  readonly must: boolean;
  /** The sentence for the operator, where it cannot be offered. */
  because(error: string): string;
}

/** sshd hangs up after MaxAuthTries (6) failures: this many keys leave it one for a password. */
const MOST_KEYS = 5;

const idOf = (blob: Buffer) => blob.toString('base64');

/**
 * The order: the certificates of CertificateFile; the operator's own files; the agent's keys. Without own files the
 * agent's keys come before the usual files, and those of them that a file names before the others, as with ssh(1).
 * A certificate goes before its key. The usual files may be missing or locked, the operator's own may not. A key that
 * both a file and the agent hold is offered once.
 */
export function collectOffers(spec: KeySpec, sources: Sources): Result<Offers, string> {
  const { identities, certificates, held } = sources;
  const must = spec.identityFilesExplicit;
  const passedOver = [...held.passedOver];
  const files: Candidate[] = [];
  for (const { path, read, beside } of identities) {
    const half = 'half' in read ? read.half : null;
    if (half !== null) files.push(fileCandidate(path, read, half, must));
    else if (must) return err(reasonOf(path, read));
    else if (read.kind !== 'missing') passedOver.push(reasonOf(path, read));
    files.push(...certificateIn(beside, passedOver));
  }
  const listed = certificates.flatMap((file) => {
    if (file.read.ok && file.read.value === null)
      passedOver.push(`${printable(file.path)}: there is no such file`);
    return certificateIn(file, passedOver);
  });
  const named = new Set([...files, ...listed].map(({ key }) => idOf(key.plain)));
  const isNamed = ({ key }: Candidate) => named.has(idOf(key.plain));
  const inAgent = held.keys.map(agentCandidate);
  const others = spec.identitiesOnly ? [] : inAgent.filter((candidate) => !isNamed(candidate));
  const agent = [...inAgent.filter(isNamed), ...others];
  const ordered = certificatesFirst(must ? [...files, ...agent] : [...agent, ...files]);

  // A key that is found twice keeps the name of its file.
  const best = new Map([...agent, ...listed, ...files].map((it) => [idOf(it.key.blob), it]));
  const keys: Offer[] = [];
  for (const id of new Set([...listed, ...ordered].map(({ key }) => idOf(key.blob)))) {
    const candidate = best.get(id);
    if (candidate === undefined) continue;
    const offer = makeOffer(candidate.key, candidate.name, sources);
    if (offer.ok) keys.push(offer.value);
    else if (candidate.must) return err(candidate.because(offer.error));
    else passedOver.push(candidate.because(offer.error));
  }
  const left = keys.slice(MOST_KEYS);
  if (left.length > 0) passedOver.push(`only the first ${MOST_KEYS} keys are offered, not ${labels(left)}`);
  return ok({ keys: keys.slice(0, MOST_KEYS), passedOver });
}

function fileCandidate(path: string, read: KeyFile, half: PublicKey, must: boolean): Candidate {
  const name = printable(path);
  const because = (error: string) => (half.certificate === null ? reasonOf(path, read) : `${name}: ${error}`);
  return { key: half, name, must, because };
}

function agentCandidate({ key, name }: HeldKey): Candidate {
  return { key, name, must: false, because: (error) => `ssh-agent's ${name}: ${error}` };
}

/** The certificate in a file, which may be missing; why it is none goes to `passedOver`. */
function certificateIn({ path, read }: CertificateFile, passedOver: string[]): Candidate[] {
  const name = printable(path);
  const because = (error: string) => `${name}: ${error}`;
  if (!read.ok) passedOver.push(because(read.error));
  else if (read.value?.certificate === null) passedOver.push(because('it is no certificate'));
  else if (read.value !== null) return [{ key: read.value, name, must: false, because }];
  return [];
}

/** Each key at its first place, with its certificates before it. */
function certificatesFirst(candidates: readonly Candidate[]): Candidate[] {
  const groups = Map.groupBy(candidates, ({ key }) => idOf(key.plain));
  const rank = ({ key }: Candidate) => (key.certificate === null ? 1 : 0);
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => rank(a) - rank(b)));
}
