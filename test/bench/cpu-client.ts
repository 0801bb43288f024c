// A program of its own: logs in to a server again and again, and prints what that has cost this process, as JSON.
import { type Login, ourTransport, type Visit, visitByStock, visitByUs } from './clients.ts';

/** What the client's process has spent on one connect, exec and close, in milliseconds. */
export interface Spent {
  readonly cpu: number;
  readonly wall: number;
}

const [who, login, warmUps, counted, atOnce] = process.argv.slice(2);
const to: Login = JSON.parse(login ?? '');
const transport = await ourTransport([to]);
const visit = who === 'ours' ? visitByUs(transport, to) : visitByStock(to, true);

async function visits(count: number, work: Visit): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, lane));
}

await visits(Number(warmUps), visit);
const since = performance.now();
const before = process.cpuUsage();
await visits(Number(counted), visit);
const { user, system } = process.cpuUsage(before);
const spent: Spent = {
  cpu: (user + system) / 1_000 / Number(counted),
  wall: (performance.now() - since) / Number(counted),
};
await transport.close();
console.log(JSON.stringify(spent));
