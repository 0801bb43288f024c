import type { ParsedKey } from 'ssh2';
import ssh2 from 'ssh2';
import type { SshSpec } from '../../domain/target.ts';
import { printable } from '../../lib/printable.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { SshAgent } from './agent.ts';
import type { AgentKey } from './agent-protocol.ts';
import { fingerprint } from './host-key.ts';
import { type KeyFile, readKeyFile } from './key-file.ts';

/** A public key that may be offered to a server, and who signs with it. */
export interface Offer {
  readonly key: ParsedKey;
  readonly signer: 'file' | 'agent';
  /** For the operator: where it is from and its fingerprint. */
  readonly label: string;
}

/** What there is to log in with. */
export interface Offers {
  readonly keys: readonly Offer[];
  /** What there is that cannot be used, and why; for the operator. */
  readonly passedOver: readonly string[];
}

/** sshd hangs up after MaxAuthTries (6) failures: this many keys leave it one for a password. */
const MOST_KEYS = 5;

/** Finds what to log in with; files and agent are read once, however many connections ask. */
export interface OfferSource {
  /** The error names the file of the operator's own choice that cannot be used, and why. Never rejects. */
  offers(ssh: Pick<SshSpec, 'identityFiles' | 'identityFilesExplicit'>): Promise<Result<Offers, string>>;
}

/**
 * The order: the operator's own files; the agent's keys; the usual files. Those may be missing or encrypted without
 * a word, the operator's own may not. A key that both a file and the agent hold is offered once, signed from the file.
 */
export function createOfferSource(agent: SshAgent | null): OfferSource {
  const files = new Map<string, Promise<KeyFile>>();
  const sets = new Map<string, Promise<Result<Offers, string>>>();

  function file(path: string): Promise<KeyFile> {
    const read = files.get(path) ?? readKeyFile(path);
    files.set(path, read);
    return read;
  }

  async function collect(paths: readonly string[], own: boolean): Promise<Result<Offers, string>> {
    const passedOver: string[] = [];
    const listed = agent === null ? ok([]) : await agent.keys();
    if (!listed.ok) passedOver.push(`the ssh-agent is of no use: ${listed.error}`);
    const held = listed.ok ? listed.value : [];

    const fromFiles: Offer[] = [];
    for (const path of paths) {
      const read = await file(path);
      const offer = offerOf(path, read, held);
      if (offer !== null) fromFiles.push(offer);
      else if (own) return err(reasonOf(path, read));
      else if (read.kind !== 'missing') passedOver.push(reasonOf(path, read));
    }
    const fromAgent = held.map(agentOffer).filter((offer) => offer !== null);
    const ordered = own ? [...fromFiles, ...fromAgent] : [...fromAgent, ...fromFiles];
    const keys = distinct(ordered, fromFiles);
    const left = keys.slice(MOST_KEYS);
    if (left.length > 0) passedOver.push(`only the first ${MOST_KEYS} keys are offered, not ${labels(left)}`);
    return ok({ keys: keys.slice(0, MOST_KEYS), passedOver });
  }

  return {
    offers({ identityFiles, identityFilesExplicit }) {
      const key = JSON.stringify([identityFilesExplicit, identityFiles]);
      const known = sets.get(key) ?? collect(identityFiles, identityFilesExplicit);
      sets.set(key, known);
      return known;
    },
  };
}

/** The labels of some offers, for a sentence. */
export function labels(offers: readonly Offer[]): string {
  return offers.map(({ label }) => label).join(', ');
}

/** Why a file is not offered: to be called only where it is not. */
function reasonOf(path: string, read: KeyFile): string {
  const shown = printable(path);
  if (read.kind === 'missing' || read.kind === 'usable') return `${shown}: there is no such file`;
  if (read.kind === 'unusable') return `${shown}: ${read.reason}`;
  return `${shown}: ${read.reason}, and the ssh-agent does not hold it: ssh-add ${shown}`;
}

function offerOf(path: string, read: KeyFile, held: readonly AgentKey[]): Offer | null {
  if (read.kind === 'usable') {
    return { key: read.key, signer: 'file', label: `${printable(path)} ${fingerprint(read.blob)}` };
  }
  if (read.kind !== 'needs-agent') return null;
  const match = held.find(({ blob }) => read.blob?.equals(blob));
  return match === undefined ? null : agentOffer({ ...match, comment: path });
}

/** Null for a key of a type that ssh2 does not know: certificates and FIDO keys. */
function agentOffer({ blob, comment }: AgentKey): Offer | null {
  const key = ssh2.utils.parseKey(blob);
  if (key instanceof Error || Array.isArray(key)) return null;
  return { key, signer: 'agent', label: `ssh-agent's ${printable(comment, 80)} ${fingerprint(blob)}` };
}

/** Each key once, at its first place; signed from its file where there is one, which spares the agent. */
function distinct(ordered: readonly Offer[], fromFiles: readonly Offer[]): Offer[] {
  const first = new Map<string, Offer>();
  for (const offer of ordered) {
    const id = offer.key.getPublicSSH().toString('base64');
    const better = fromFiles.find(
      ({ signer, key }) => signer === 'file' && key.getPublicSSH().toString('base64') === id,
    );
    if (!first.has(id)) first.set(id, better ?? offer);
  }
  return [...first.values()];
}
