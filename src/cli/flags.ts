import type { Flag } from './command.ts';

/** Every command has it. */
export const HELP: Flag = { long: '--help', short: '-h', help: 'print this help', group: 'Other:' };

const LIMIT: Flag = {
  long: '--limit',
  short: '-l',
  value: { name: 'pattern', type: 'pattern', repeat: true },
  help: 'only these agents: names, hosts, groups, globs (gpu-*), ranges (10.0.1.[1-20]); repeatable, or with commas',
  group: 'Which agents:',
};

const EXCLUDE: Flag = {
  long: '--exclude',
  short: '-x',
  value: { name: 'pattern', type: 'pattern', repeat: true },
  help: 'all but these agents; the same patterns',
  group: 'Which agents:',
};

/** The choice of agents. */
export const SELECTION: readonly Flag[] = [LIMIT, EXCLUDE];

/** What commands that go to agents can print. */
export const OUTPUT_FORMATS = ['auto', 'live', 'lines', 'json', 'ndjson', 'junit'] as const;

/** `-o` of those commands. */
export const OUTPUT: Flag = {
  long: '--output',
  short: '-o',
  value: { name: 'format', type: 'choice', choices: OUTPUT_FORMATS, default: 'auto' },
  help: 'auto (live on a terminal, lines elsewhere), live, lines, json, ndjson or junit',
  group: 'What is printed:',
};

/** The same as NO_COLOR in the environment. */
export const NO_COLOR: Flag = {
  long: '--no-color',
  help: 'no colours; the same as the variable NO_COLOR',
  group: 'What is printed:',
};

/** What the other commands can print. */
export const PAGE_FORMATS = ['text', 'json'] as const;

/** For commands that print a page or, for programs, JSON. */
export const TEXT_OR_JSON: Flag = {
  long: '--output',
  short: '-o',
  value: { name: 'format', type: 'choice', choices: PAGE_FORMATS, default: 'text' },
  help: 'text for people, json for programs',
  group: 'What is printed:',
};

/** All flags of `lab`. */
export const LAB_FLAGS: readonly Flag[] = [
  {
    long: '--agents',
    value: { name: 'n', type: 'count', default: '12' },
    help: 'how many agents the practice fleet has',
    group: 'The fleet:',
  },
  { ...OUTPUT, help: `of lab run and lab check: ${OUTPUT.help}` },
  NO_COLOR,
  HELP,
];

/** All flags of `init`. */
export const INIT_FLAGS: readonly Flag[] = [
  {
    long: '--file',
    short: '-f',
    value: { name: 'file', type: 'file', default: 'inventory.yaml' },
    help: 'where to write it',
    group: 'The file:',
  },
  { long: '--force', help: 'replace a file that is there', group: 'The file:' },
  HELP,
];

/** All flags of `history`. */
export const HISTORY_FLAGS: readonly Flag[] = [
  {
    long: '--last',
    short: '-n',
    value: { name: 'n', type: 'count', default: '20' },
    help: 'how many runs to list',
    group: 'What is printed:',
  },
  TEXT_OR_JSON,
  HELP,
];
