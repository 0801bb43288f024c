import { CHECK_FLAGS } from './check-flags.ts';
import type { Argument, CommandSpec } from './command.ts';
import { RUN_FLAGS } from './run-flags.ts';

/** The word that all commands on a fleet begin with. */
export const INVENTORY: Argument = {
  name: 'inventory',
  required: true,
  files: ['.yaml', '.yml'],
  help: 'the YAML file that lists registries and agents; node-prep init writes one',
};

/** The commands that go to agents. */
export const FLEET_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    summary: 'put the credential on every agent, and prove it',
    description:
      'On every agent, in parallel: log in to the registries, pack .docker/config.json, install it as ' +
      '/etc/docker.tar.gz, and verify the health-check commands. A second run changes nothing and says so.\n\n' +
      'A wrong password is tried on one agent, once. Each agent ends ok, or with a failure code and the next step.',
    arguments: [INVENTORY],
    flags: RUN_FLAGS,
    examples: [
      ['node-prep run inventory.yaml --dry-run', 'what would change'],
      ['node-prep run inventory.yaml -l gpu-7', 'one agent first'],
      ['node-prep run inventory.yaml -x "edge-*"', 'all but some; quote a glob'],
      ['node-prep run inventory.yaml --resume', 'only what is left to do'],
      ['node-prep run inventory.yaml -o json | jq .totals', 'for a program'],
    ],
    notes:
      'Standard output carries the result, standard error the progress. Ctrl-C starts no more agents and lets ' +
      'those at work finish or undo; a second Ctrl-C ends at once. Every archive is whole in either case.',
  },
  {
    name: 'check',
    summary: 'prove that every agent is ready for a deploy; change nothing',
    description:
      'On every agent, in parallel and read-only: is the archive there, whole, and as the inventory says? Does the ' +
      'registry give, for the very bytes in it, what the deploy needs? Can the user of the task read it? Do the ' +
      'health-check commands say yes? With the app, its own mistakes are found too, each with the JSON that mends it.\n\n' +
      'Exit code 0 means: every agent that matters was proven, in this check.',
    arguments: [INVENTORY],
    flags: CHECK_FLAGS,
    examples: [
      ['node-prep check inventory.yaml', 'is every agent ready?'],
      ['node-prep check inventory.yaml --app app.json', 'the gate before a deploy'],
      ['node-prep check i.yaml --image r.example.com/a:1', 'without an app'],
      ['node-prep check i.yaml --app - -o junit < app.json', 'for a CI server'],
    ],
    notes:
      "An archive's credential is tried on one agent first: a wrong one never becomes a thousand failed logins. " +
      'In a GitHub workflow every finding is an annotation too.',
  },
];
