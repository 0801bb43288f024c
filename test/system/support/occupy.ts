import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import type { Fleet } from './fleet.ts';

/** Takes the one place that MaxStartups leaves on an agent, and holds it without a word. */
export async function occupy(fleet: Fleet, name: string): Promise<void> {
  const { address } = fleet.agent(name);
  const log = join(fleet.folder, `occupied-${name}`);
  const hold = `exec 3<>/dev/tcp/${address}/22; read -r banner <&3; echo "$banner"; sleep 600`;
  fleet.enclave.start(['bash', '-c', hold], log);
  const taken = () => readFileSync(log, 'utf8').startsWith('SSH-');
  await eventually(taken, `the sshd of ${name} did not answer`);
}
