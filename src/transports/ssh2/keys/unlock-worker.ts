import { parentPort, workerData } from 'node:worker_threads';
import { readPrivateKey } from './private-key.ts';

// The thread of unlock.ts: opens one key with one passphrase. The key goes back as a handle, never as bytes.

const { text, passphrase } = workerData as { readonly text: string; readonly passphrase: Uint8Array };
const bytes = Buffer.from(passphrase.buffer, passphrase.byteOffset, passphrase.byteLength);
const key = readPrivateKey(text, bytes);
bytes.fill(0);
parentPort?.postMessage(key);
