import { join } from 'node:path';
import { median } from './measure.ts';
import { cannotRun, runJson } from './part.ts';
import type { Measured } from './roundtrips-near.ts';
import { amount, ratio, table } from './table.ts';

const DELAY_MS = 50;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const TARGET = 7.2;

/** How many round trips until the first byte of output, through real TCP with a delay. */
export async function roundTrips(): Promise<string> {
  const programs = [
    'python3',
    'unshare',
    'nsenter',
    'ip',
    'ssh',
    'ssh-keygen',
    '/usr/sbin/sshd',
    '/dev/net/tun',
  ];
  const why = cannotRun(programs);
  if (why !== null) return `Round trips: not measured: ${why}`;
  const link = [join(import.meta.dirname, 'slow_link.py'), String(DELAY_MS)];
  const near = [process.execPath, join(import.meta.dirname, 'roundtrips-near.ts'), String(ROUNDS)];
  const measured = await runJson<Measured>(['python3', ...link, ...near]);
  const roundTrip = median(measured.roundTrip);
  const ours = median(measured.contenders[0]?.rounds ?? []);
  const rows = measured.contenders.map(({ name, rounds, error }) => {
    const ms = median(rounds);
    const trips = ms / roundTrip;
    if (error !== null) return [name, `failed: ${error}`, '', '', ''];
    return [
      name,
      amount(ms, 0, 'ms'),
      amount(Math.min(...rounds), 0, 'ms'),
      trips.toFixed(1),
      ratio(ms, ours),
    ];
  });
  const title =
    `First byte of the output of \`echo\`, over a link that delays every packet by ${DELAY_MS} ms each way; ` +
    `medians of ${ROUNDS} rounds, Node ${process.version}:`;
  return table(title, ['', 'median', 'best', 'round trips', 'ratio'], rows, [
    `One round trip (TCP's own connect): ${amount(roundTrip, 1, 'ms')}. ` +
      `node-prep is to need at most ${TARGET}: ${(ours / roundTrip).toFixed(1)}.`,
  ]);
}
