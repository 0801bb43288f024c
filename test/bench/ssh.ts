// `npm run bench:ssh [part...]`: what a connection costs, and ten thousand of them, beside what else there is.
// Parts: roundtrips, cpu, scale, fleet; all of them where none is named. Each says what it lacks where it cannot run.
import { cpu } from './cpu.ts';
import { fleet } from './fleet.ts';
import { roundTrips } from './roundtrips.ts';
import { scale } from './scale.ts';

const PARTS: Readonly<Record<string, () => Promise<string>>> = { roundtrips: roundTrips, cpu, scale, fleet };

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(PARTS).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
    console.log(`\n## ${name}\n`);
    console.log((await PARTS[name]?.()) ?? '');
  }
}
