import { X509Certificate } from 'node:crypto';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { readBounded, textFrom } from './bounded.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, at least one. Never rejects. */
export async function readCaFile(path: string, signal: AbortSignal): Promise<Result<string, Problem>> {
  const problem = (reason: string): Problem => ({
    code: 'CA_UNREADABLE',
    message: `The CA for Marathon cannot be read from ${printable(path, 300)}: ${reason}.`,
    hint: 'marathon.caFile names a file with certificates in PEM: -----BEGIN CERTIFICATE-----',
  });
  const text = textFrom(await readBounded(path, signal), problem);
  if (!text.ok) return text;
  const found = text.value.match(CERTIFICATE) ?? [];
  if (found.length === 0) return err(problem('it holds no certificate'));
  try {
    for (const one of found) new X509Certificate(one);
  } catch {
    return err(problem('a certificate in it is damaged'));
  }
  return ok(found.join('\n'));
}
