import type { Look } from '../steps/archive.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/**
 * The archive that this agent got before, from an identity token of the same generation, if it still proves itself:
 * a registry that issues a new token at every login does not make every run a change.
 */
export async function issuedArchive(_visit: Visit, _talk: Talk, _look: Look): Promise<Uint8Array | null> {
  return null;
}
