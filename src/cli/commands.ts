import type { CommandSpec } from './command.ts';
import { HELP, HISTORY_FLAGS, INIT_FLAGS, LAB_FLAGS, SELECTION, TEXT_OR_JSON } from './flags.ts';
import { FLEET_COMMANDS, INVENTORY } from './fleet-commands.ts';

const SMALLEST_INVENTORY = `  registries:
    registry.example.com:
      username: ci-puller
      password: { env: REGISTRY_PASSWORD }
  agents:
    - 10.0.1.[1-40]`;

/** Every command of this version, in the order in which help lists them: the one table behind parsing, help and completion. */
export const COMMANDS: readonly CommandSpec[] = [
  ...FLEET_COMMANDS,
  {
    name: 'hosts',
    summary: 'print the agents of an inventory; contact nothing',
    description:
      'Prints the agents that the inventory and the flags resolve to, with the address, the user and the ' +
      'registries of each. Nothing is contacted and no secret is read: the way to try a pattern.',
    arguments: [INVENTORY],
    flags: [...SELECTION, TEXT_OR_JSON, HELP],
    examples: [
      ['node-prep hosts inventory.yaml', 'all agents'],
      ['node-prep hosts inventory.yaml -l "10.0.1.[1-20]"', 'what a range means'],
      ['node-prep hosts inventory.yaml -o json', 'for a program'],
    ],
  },
  {
    name: 'history',
    summary: 'past runs: who, when, which agents, which generation',
    description:
      'Lists past runs, the newest first; with the id of a run, or its beginning, what became of each agent.',
    arguments: [{ name: 'run-id', required: false, help: 'a run of the list, or the beginning of its id' }],
    flags: HISTORY_FLAGS,
    examples: [
      ['node-prep history -n 5', 'the last five runs'],
      ['node-prep history 01JDG4T6WQ', 'one run, agent by agent'],
    ],
    notes: 'Kept in $XDG_STATE_HOME/node-prep, else in ~/.local/state/node-prep. No secret is ever kept.',
  },
  {
    name: 'init',
    summary: 'write a starter inventory',
    description:
      'Writes an inventory that works once the registry and its user are filled in, with what most fleets need; ' +
      'inventory.example.yaml has every key.',
    arguments: [
      {
        name: 'host',
        required: false,
        variadic: true,
        help: 'the agents to put into it: names, addresses, ranges',
      },
    ],
    flags: INIT_FLAGS,
    examples: [
      ['node-prep init', 'with example agents'],
      ['node-prep init "10.0.1.[1-40]" -f fleet.yaml', 'with yours'],
    ],
    notes: `An inventory needs no more than this:\n\n${SMALLEST_INVENTORY}`,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of the inventory',
    description:
      'Prints the JSON Schema of the inventory, for an editor that completes and checks YAML as you type.',
    arguments: [],
    flags: [HELP],
    examples: [['node-prep schema > node-prep.schema.json', 'for your editor']],
  },
  {
    name: 'completion',
    summary: 'print a completion script for your shell',
    description:
      'Prints a script that lets the shell complete commands, flags, their values and inventory files.',
    arguments: [
      { name: 'shell', required: true, choices: ['bash', 'zsh', 'fish'], help: 'bash, zsh or fish' },
    ],
    flags: [HELP],
    examples: [
      ['eval "$(node-prep completion bash)"', 'in ~/.bashrc'],
      ['eval "$(node-prep completion zsh)"', 'in ~/.zshrc, after compinit'],
      ['node-prep completion fish | source', 'in config.fish'],
    ],
  },
  {
    name: 'lab',
    summary: 'a practice fleet inside this process; start here',
    description:
      'Starts agents and a registry on loopback, inside this process: no root, no Docker, no sshd. ' +
      'lab run does the real job on them over real SSH; one agent misbehaves on purpose, to show what a failure ' +
      'looks like. lab check shows what a check finds: a fault of each kind. lab up leaves the fleet running and ' +
      'says where its inventory is, until Ctrl-C.',
    arguments: [
      {
        name: 'action',
        required: true,
        choices: ['run', 'check', 'up'],
        help: 'run the job on the fleet, check it, or only keep it up',
      },
    ],
    flags: LAB_FLAGS,
    examples: [
      ['node-prep lab run', 'see the whole job, in seconds'],
      ['node-prep lab check', 'what can be wrong, and how it is told'],
      ['node-prep lab up --agents 3', 'a fleet to try other commands on'],
    ],
    notes:
      'lab run and lab check exit 0 when every agent did what it was made to do, those that misbehave included.',
  },
];

/** The command of that name. */
export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name);
}
