import { Worker } from 'node:worker_threads';
import type { Secret } from '../../../domain/secret.ts';
import type { PrivateKey } from './private-key.ts';

/** What came of a passphrase. */
export type Unlocked = PrivateKey | 'wrong passphrase' | 'failed';

/** A key may be made to be slow to open (ssh-keygen -a); this long is a damaged file. */
const LONGEST_MS = 300_000;

// Compiled or not, the worker lies beside this file in the same language.
const WORKER = new URL(`./unlock-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Decrypts a key file's text on a thread of its own, because that takes a second and more. The thread ends with it,
 * and with it all that it knew. Never rejects.
 */
export function unlock(text: string, passphrase: Secret): Promise<Unlocked> {
  const bytes = new TextEncoder().encode(passphrase.reveal());
  return new Promise((resolve) => {
    const worker = new Worker(WORKER, { env: {}, execArgv: [], workerData: { text, passphrase: bytes } });
    bytes.fill(0);
    const timer = setTimeout(() => settle('failed'), LONGEST_MS);
    function settle(result: Unlocked): void {
      clearTimeout(timer);
      resolve(result);
      void worker.terminate();
    }
    worker.once('message', (found: { key: PrivateKey['key']; blob: Uint8Array } | null) => {
      settle(found === null ? 'wrong passphrase' : { key: found.key, blob: Buffer.from(found.blob) });
    });
    worker.on('error', () => settle('failed'));
    worker.once('exit', () => settle('failed'));
  });
}
