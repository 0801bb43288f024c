import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Enclave } from './enclave.ts';
import { eventually } from './eventually.ts';

/** Starts the stand-in for Marathon (see marathon-program.ts) in the enclave; gives its address. */
export async function startMarathonIn(
  enclave: Enclave,
  options: {
    readonly apps: Readonly<Record<string, object>>;
    readonly token: string;
    readonly mesosUser: string;
  },
): Promise<{ readonly url: string }> {
  const file = join(enclave.folder, 'marathon.json');
  const log = join(enclave.folder, 'marathon.log');
  writeFileSync(file, JSON.stringify(options));
  enclave.start([process.execPath, join(import.meta.dirname, 'marathon-program.ts'), file], log);
  const said = () => readFileSync(log, 'utf8');
  await eventually(
    () => said().includes('http://'),
    () => `no Marathon: ${said()}`,
  );
  return { url: /http:\/\/[\d.:]+/.exec(said())?.[0] ?? '' };
}
