import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import type { Fleet } from './fleet.ts';
import { makeHostKey } from './host-key.ts';

/** Addresses at which something stands between the operator and an agent, or in an agent's place; all on port 22. */
export const ODD = {
  /** Stand-in for an sshd that punishes the operator's address, for ever. */
  punishes: '127.79.0.1',
  /** The same twice, then the agent. */
  pardons: '127.79.0.2',
  /** Stand-in for a server that lets everybody in and never opens a channel's window. */
  windowless: '127.79.0.3',
  /** A relay that stops the agent's sshd once it has said its version. */
  freezesEarly: '127.79.0.4',
  /** A relay that stops the agent's sshd once it has agreed on keys. */
  freezesAgreed: '127.79.0.5',
  /** A relay that resets every connection in the midst of the script. */
  cutsAlways: '127.79.0.6',
  /** A relay that breaks the first connection off in the midst of the key exchange, and no other. */
  cutsOnce: '127.79.0.7',
  /** A relay that puts other bytes into the server's list of algorithms. */
  garbles: '127.79.0.8',
} as const;

/** Those that stand before an agent. */
type Relay = Exclude<keyof typeof ODD, 'punishes' | 'windowless'>;

/** What the program in odd-servers.ts is told. */
export interface OddPlaces {
  readonly log: string;
  /** A file with the private key of the stand-in that lets in. */
  readonly hostKey: string;
  readonly agents: Readonly<Record<Relay, { readonly address: string; readonly pidFile: string }>>;
}

/** Starts them, before these agents; `connections` says how many an address has had. */
export async function startOddPlaces(
  fleet: Fleet,
  agents: Readonly<Record<Relay, string>>,
): Promise<{ readonly windowlessKey: string; connections(address: string): number }> {
  const { enclave } = fleet;
  const key = makeHostKey();
  const log = join(enclave.folder, 'odd-servers.log');
  const hostKey = join(enclave.folder, 'windowless_hostkey');
  writeFileSync(log, '');
  writeFileSync(hostKey, key.privateKey, { mode: 0o600 });
  const before = Object.entries(agents).map(([relay, name]) => {
    const pidFile = join(enclave.inner, 'agents', name, 'run/fleet/sshd.pid');
    return [relay, { address: fleet.agent(name).address, pidFile }];
  });
  const told = JSON.stringify({ log, hostKey, agents: Object.fromEntries(before) });
  enclave.start([process.execPath, join(import.meta.dirname, 'odd-servers.ts'), told], `${log}.err`);
  const lines = () => readFileSync(log, 'utf8').split('\n');
  await eventually(
    () => lines().includes('ready'),
    () => `no odd servers: ${readFileSync(`${log}.err`, 'utf8')}`,
  );
  const connections = (address: string) => lines().filter((line) => line.startsWith(`${address} `)).length;
  return { windowlessKey: key.publicKey, connections };
}
