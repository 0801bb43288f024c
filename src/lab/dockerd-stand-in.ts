// The lab's stand-in for the Docker daemon: a process of that name, so that `ps` tells the truth about it, and
// nothing more. It ends when the lab does, even when that is killed: its standard input is a pipe from there.
import { writeFileSync } from 'node:fs';
import process from 'node:process';

try {
  // Newer versions of Node rename their main thread, and with it what /proc calls the process.
  writeFileSync('/proc/self/comm', 'dockerd');
} catch {
  // No /proc here (macOS): ps goes by the name that the process was started with.
}
process.stdout.write('ready\n');
process.stdin.resume().on('end', () => process.exit(0));
