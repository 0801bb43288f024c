import type { Flag } from './command.ts';
import { HELP, SELECTION } from './flags.ts';
import { LIMITS, PRINTING, RESUME } from './fleet-flags.ts';

const DEPLOY: readonly Flag[] = [
  {
    long: '--app',
    value: { name: 'file', type: 'file', stdin: true },
    help: 'the Marathon app that is to be deployed, as JSON; - reads standard input',
    group: 'What will be deployed:',
  },
  {
    long: '--marathon',
    value: { name: 'url', type: 'text' },
    help: 'ask this Marathon for the app that --app-id names; its token is in the inventory: marathon.token',
    group: 'What will be deployed:',
  },
  {
    long: '--app-id',
    value: { name: 'id', type: 'text' },
    help: "the app's id in that Marathon: /group/app",
    group: 'What will be deployed:',
  },
  {
    long: '--image',
    value: { name: 'ref', type: 'text' },
    help: 'without an app: the image whose manifest every agent must get',
    group: 'What will be deployed:',
  },
  {
    long: '--pull',
    help: 'pull the image on every agent, in place of asking for its manifest: the one thing that leaves something',
    group: 'How hard to look:',
  },
  {
    long: '--pull-timeout',
    value: { name: 'duration', type: 'duration', default: '10m' },
    help: 'the longest that the pull may take on one agent',
    group: 'How hard to look:',
  },
  {
    long: '--task-user',
    value: { name: 'name', type: 'text' },
    help: "who runs the task and must be able to read the archive (default: the app's user, else Marathon's)",
    group: 'How hard to look:',
  },
  {
    long: '--strict',
    help: 'warnings about the app fail the check too',
    group: 'How hard to look:',
  },
];

const PROMETHEUS: Flag = {
  long: '--prometheus',
  value: { name: 'file', type: 'file' },
  help: "write metrics to this file for Prometheus' textfile collector, as a whole",
  group: 'What is printed:',
};

/** All flags of `check`. */
export const CHECK_FLAGS: readonly Flag[] = [
  ...SELECTION,
  { ...RESUME, help: 'only the agents whose latest check left them not ok' },
  ...DEPLOY,
  ...LIMITS,
  ...PRINTING,
  PROMETHEUS,
  HELP,
];
