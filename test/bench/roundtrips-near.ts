// A program of its own, run at the near end of a slow link (slow_link.py): how long until the first byte of output?
// Prints what it measured as JSON, in milliseconds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  hop,
  type Login,
  openByUs,
  ourTransport,
  type Visit,
  visitBySsh,
  visitByStock,
  visitByUs,
} from './clients.ts';

/** What the near end has measured: a round trip, and per contender its rounds; or why there are none. */
export interface Measured {
  readonly roundTrip: readonly number[];
  readonly contenders: readonly {
    readonly name: string;
    readonly rounds: readonly number[];
    readonly error: string | null;
  }[];
}

// The addresses of slow_link.py's far end.
const [AGENT, SECOND, BASTION] = ['10.77.0.2', '10.77.0.3', '10.77.0.4'] as const;
const rounds = Number(process.argv[2]);

const enter = ['-t', process.env.FAR_END ?? '', '-n', process.execPath];
const program = [join(import.meta.dirname, 'far-end.ts'), AGENT, SECOND, BASTION];
const far = spawn('nsenter', [...enter, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
const [said] = await once(createInterface(far.stdout), 'line');
const to = (host: string): Login => ({ ...JSON.parse(String(said)), host });

const transport = await ourTransport([to(AGENT)]);
const jumped = new Map<string, number>();

/** Two agents behind one bastion: the second one's connection shares the first one's way there. */
async function behindBastion(): Promise<number> {
  const way = [hop(to(BASTION))];
  const shared = await ourTransport([AGENT, SECOND, BASTION].map(to));
  try {
    const first = await openByUs(shared, to(AGENT), way);
    const second = await openByUs(shared, to(SECOND), way);
    jumped.set('second', second.firstByte);
    await Promise.all([first, second].map(({ session }) => session.close()));
    return first.firstByte;
  } finally {
    await shared.close();
  }
}

const contenders: readonly { readonly name: string; readonly visit: Visit }[] = [
  { name: 'node-prep', visit: visitByUs(transport, to(AGENT)) },
  { name: 'ssh2, on a socket without delay', visit: visitByStock(to(AGENT), true) },
  { name: 'ssh2, as it comes', visit: visitByStock(to(AGENT), false) },
  { name: 'ssh', visit: visitBySsh(to(AGENT)) },
  { name: 'node-prep, by a bastion', visit: behindBastion },
  { name: 'node-prep, the next one by that bastion', visit: async () => jumped.get('second') ?? Number.NaN },
  { name: 'ssh -J', visit: visitBySsh(to(AGENT), jumpOptions(to(BASTION))) },
];

/** `-J` would not hand these options on. */
function jumpOptions({ host, port, identity, knownHosts }: Login): string[] {
  const options = `-F none -o BatchMode=yes -i ${identity} -o UserKnownHostsFile=${knownHosts}`;
  return ['-o', `ProxyCommand=ssh ${options} -p ${port} -W %h:%p root@${host}`];
}

async function connectTime(): Promise<number> {
  const since = performance.now();
  const socket = connect({ host: AGENT, port: to(AGENT).port });
  await once(socket, 'connect');
  socket.destroy();
  return performance.now() - since;
}

const roundTrip: number[] = [];
const found = contenders.map(({ name, visit }) => ({
  name,
  visit,
  rounds: [] as number[],
  error: null as string | null,
}));
// In turn, so that a machine that slows down slows all of them; the first round is for warming up.
for (let round = 0; round <= rounds; round += 1) {
  if (round > 0) roundTrip.push(await connectTime());
  for (const contender of found) {
    if (contender.error !== null) continue;
    try {
      const ms = await contender.visit();
      if (round > 0) contender.rounds.push(ms);
    } catch (error) {
      contender.error = error instanceof Error ? error.message : String(error);
    }
  }
}
await transport.close();
const measured: Measured = { roundTrip, contenders: found.map(({ visit: _, ...rest }) => rest) };
console.log(JSON.stringify(measured));
far.stdin.end();
