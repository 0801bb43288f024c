import { type CommandSpec, usage } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commanderFor } from './tokens.ts';

const WIDTH = 80;

const EXIT_CODES = `Exit codes:
  0    every targeted agent is good
  1    at least one is not: failed, unreachable, not attempted, or (check) not
       as it should be; or the app of a check has errors
  2    the command line or the inventory is wrong; nothing was contacted
  3    a secret could not be had, or a registry refused the credential or never
       answered; no agent was changed
  70   a bug in node-prep; the message says what to report
  130  interrupted (143: terminated); what was begun was finished or undone
`;

/** What `node-prep --help` prints. */
export function mainHelp(version: string): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const list = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}\n`).join('');
  return `node-prep ${version}: gets every agent of a Docker fleet ready to pull from
private registries, over SSH, in parallel, and proves it.

Usage: node-prep <command> [flags]

Commands:
${list}
New here? One command shows the whole job, on agents inside this process:
  node-prep lab run

Then, on your own fleet:
  node-prep init "10.0.1.[1-40]"         write inventory.yaml, and fill it in
  node-prep hosts inventory.yaml         see which agents it means
  node-prep run inventory.yaml -n        see what would change (a dry run)
  node-prep run inventory.yaml           do it; a second run changes nothing
  node-prep check inventory.yaml         before a deploy: will every agent pull?

${EXIT_CODES}
Other:
  -h, --help     this page; node-prep <command> --help has more about a command
  -V, --version  print the version
`;
}

/** What `node-prep <command> --help` prints. */
export function commandHelp(spec: CommandSpec): string {
  const command = commanderFor(spec).usage(usage(spec).slice(spec.name.length + 1));
  command.description(spec.description).configureHelp({
    helpWidth: WIDTH,
    commandUsage: () => `node-prep ${usage(spec)}`,
    optionTerm: (option) => (option.short === undefined ? `    ${option.flags}` : option.flags),
  });
  for (const argument of spec.arguments) {
    const dots = argument.variadic ? '...' : '';
    const name = argument.required ? `<${argument.name}${dots}>` : `[${argument.name}${dots}]`;
    command.argument(name, argument.help);
  }
  const column = Math.max(...spec.examples.map(([line]) => line.length));
  const examples = spec.examples.map(([line, purpose]) => `  ${line.padEnd(column)}  ${purpose}\n`).join('');
  const notes = spec.notes === undefined ? '' : `\n${command.createHelp().boxWrap(spec.notes, WIDTH)}\n`;
  const codes = spec.name === 'run' || spec.name === 'check' ? `\n${EXIT_CODES}` : '';
  return `${command.helpInformation()}\nExamples:\n${examples}${notes}${codes}`;
}
