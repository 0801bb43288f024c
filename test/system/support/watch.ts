/**
 * A program of its own: looks at the arguments and environments of all processes of this machine, those in
 * namespaces too, over and over, and writes down the ones that hold what must not be seen. The needles come on
 * standard input, as JSON; it ends when its standard input does, and prints what it found.
 */
import { readdirSync, readFileSync } from 'node:fs';

const { needles } = JSON.parse(await firstLine());
const found = new Map<string, string>();
const seen = new Set<string>();
let sweeps = 0;
let over = false;
process.stdin.on('end', () => {
  over = true;
});
process.stdin.resume();
process.stdout.write('ready\n');
while (!over) {
  sweep();
  sweeps += 1;
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${JSON.stringify({ sweeps, programs: [...seen], found: [...found.values()] })}\n`);

function sweep(): void {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    for (const what of ['cmdline', 'environ']) {
      const text = read(`/proc/${entry}/${what}`);
      if (what === 'cmdline') seen.add(text.split('\0')[0]?.split(' ')[0] ?? '');
      if (!needles.some((needle: string) => text.includes(needle))) continue;
      const argv = read(`/proc/${entry}/cmdline`).replaceAll('\0', ' ').trim();
      const where =
        text.split('\0').find((part) => needles.some((needle: string) => part.includes(needle))) ?? '';
      found.set(`${entry} ${what}`, `${what} of ${entry} (${argv.slice(0, 200)}): ${where.slice(0, 60)}`);
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function firstLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  while (!text.includes('\n')) {
    text += (await new Promise((resolve) => process.stdin.once('data', resolve))) as string;
  }
  return text;
}
