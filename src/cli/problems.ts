import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { type CommandSpec, flagNames, usage } from './command.ts';
import { COMMANDS } from './commands.ts';
import { LATER_FLAGS } from './later.ts';
import { suggest } from './suggest.ts';

/** A word of the command line as a message shows it: on one line, no longer than a line. */
export function shown(word: string): string {
  const short = word.length > 60 ? `${word.slice(0, 59)}…` : word;
  return `\`${printable(short)}\``;
}

/** Where to read on about a command. */
export function seeHelp(spec: CommandSpec): string {
  return `Usage: node-prep ${usage(spec)}. More: node-prep ${spec.name} --help`;
}

/** A flag that the command does not have; `word` is as typed, and what may be a secret in it is not repeated. */
export function unknownFlag(spec: CommandSpec, word: string): Problem {
  const name = flagName(word);
  const later = LATER_FLAGS.get(name);
  if (later !== undefined)
    return notYet(`${shown(name)} belongs to ${later}, which this version does not have yet.`);
  if (spec.flags.some((flag) => flag.long === name)) {
    return problem(
      'BAD_VALUE',
      `${shown(name)} takes no value.`,
      `Write only ${shown(name)}. ${seeHelp(spec)}`,
    );
  }
  const message = `${shown(spec.name)} has no flag ${shown(name)}.`;
  if (spec.name === 'check' && (name === '--dry-run' || name === '-n'))
    return problem('UNKNOWN_FLAG', message, 'Leave it out: check changes nothing anyway.');
  // A password typed here is in the shell's history and was in the process list: say so, and how it is meant.
  if (/pass|secret|token|credential/i.test(name) || /^-[pu]$/.test(name)) {
    const hint =
      'Registries and users are in the inventory, and where the password comes from: password: { env: NAME }.';
    return problem(
      'UNKNOWN_FLAG',
      message,
      `${hint} Never write a secret into a command line: others can see it.`,
    );
  }
  const owners = COMMANDS.filter((command) => command.flags.some((flag) => flagNames(flag).includes(name)));
  if (owners.length > 0) {
    const list = owners.map((command) => shown(command.name)).join(' and ');
    return problem('UNKNOWN_FLAG', message, `It is a flag of ${list}. ${seeHelp(spec)}`);
  }
  const meant = suggest(
    name,
    spec.flags.map((flag) => flag.long),
  );
  return problem(
    'UNKNOWN_FLAG',
    message,
    `${meant === null ? '' : `Did you mean ${shown(meant)}? `}${seeHelp(spec)}`,
  );
}

/** `-limit`: the long name of a flag behind a single dash, which would be read as `-l imit`. */
export function singleDash(word: string): Problem {
  const name = word.replace(/=.*$/su, '');
  return problem('UNKNOWN_FLAG', `${shown(name)} has one dash too few.`, `Write ${shown(`-${name}`)}.`);
}

/** `lab up -o json`: a program that asked for JSON must not get a story. */
export function labUpWithOutput(): Problem {
  return problem(
    'UNKNOWN_FLAG',
    '`lab up` has no flag `--output`: it runs nothing, so it has no result.',
    'Leave it out here. It is a flag of `lab run` and `lab check`, and of what you try on the fleet.',
  );
}

/** A flag without the value that it needs. */
export function missingValue(spec: CommandSpec, flag: string, followedBy?: string): Problem {
  const next = followedBy === undefined ? '' : `; ${shown(followedBy)} after it is a flag`;
  return problem('MISSING_VALUE', `${shown(flag)} needs a value${next}.`, seeHelp(spec));
}

/** A value that the flag cannot have; `wanted` says what it takes. */
export function badValue(long: string, value: string, wanted: string): Problem {
  return problem('BAD_VALUE', `${shown(long)} cannot be ${shown(value)}.`, `It takes ${wanted}.`);
}

/** Something that this version refuses by name. */
export function notYet(message: string): Problem {
  return problem('NOT_YET', message, 'What this version can do: node-prep --help');
}

/** A problem of the command line: it has no file and no line. */
export function problem(code: string, message: string, hint: string): Problem {
  return { code, message, hint };
}

/** `--name=value` and `-pvalue` without what follows the name. */
function flagName(word: string): string {
  return word.startsWith('--') ? word.replace(/=.*$/su, '') : [...word].slice(0, 2).join('');
}
