import type { Target } from '../domain/target.ts';
import { printable } from '../lib/printable.ts';

/** What an agent said, fit for a failure's detail: one line, no secret, bounded; empty for nothing. */
export type Speech = (bytes: Uint8Array | undefined) => string;

/** What an interpretation needs besides the answer: whose it is, and how to quote it. */
export interface AgentContext {
  readonly target: Target;
  readonly say: Speech;
}

/** Secrets are masked in so many bytes, the last ones; what is shown of them is less. */
const READ = 4 * 1024;
const SHOWN = 2_000;

/** Quotes agents: the last bytes decoded, masked by the redactor, and only then escaped and cut. */
export function createSpeech(redact: (text: string) => string): Speech {
  return (bytes) => {
    if (bytes === undefined) return '';
    const text = Buffer.from(bytes.subarray(-READ)).toString('utf8');
    // What the cut left of a character would keep the redactor from seeing what the cut left of a secret.
    return printable(redact(text.replace(/^\ufffd{1,3}|\ufffd{1,3}$/g, '')).trim(), SHOWN);
  };
}
