import type { Flag } from './command.ts';
import { NO_COLOR, OUTPUT } from './flags.ts';

/** Of a second attempt: `run` and `check` have it, each for its own past. */
export const RESUME: Flag = {
  long: '--resume',
  help: 'only the agents whose latest run left them not ok',
  group: 'Which agents:',
};

/** How much at once, how long, and when to stop: the same for every command that goes to agents. */
export const LIMITS: readonly Flag[] = [
  {
    long: '--concurrency',
    short: '-c',
    value: { name: 'n', type: 'count', default: '64' },
    help: 'agents at work at the same time',
    group: 'How fast, and how far:',
  },
  {
    long: '--handshakes',
    value: { name: 'n', type: 'count', default: '32' },
    help: 'SSH handshakes in flight',
    group: 'How fast, and how far:',
  },
  {
    long: '--logins',
    value: { name: 'n', type: 'count', default: '16' },
    help: 'registry logins in flight',
    group: 'How fast, and how far:',
  },
  {
    long: '--timeout',
    value: { name: 'duration', type: 'duration', default: '2m' },
    help: 'the longest that one agent may take: 500ms, 20s, 5m, 12h',
    group: 'How fast, and how far:',
  },
  {
    long: '--max-failures',
    value: { name: 'n|p%', type: 'failures' },
    help: 'start no more agents once this many are not ok, or this share of them (default: never stop)',
    group: 'How fast, and how far:',
  },
];

/** What a report looks like, and where else it goes. */
export const PRINTING: readonly Flag[] = [
  OUTPUT,
  {
    long: '--report',
    value: { name: 'file', type: 'file' },
    help: 'write the JSON report to this file too',
    group: 'What is printed:',
  },
  {
    long: '--verbose',
    short: '-v',
    help: "say more in the end: all names of a group, all of an agent's words, a table of the checks",
    group: 'What is printed:',
  },
  NO_COLOR,
];
