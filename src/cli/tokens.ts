import { Command, CommanderError, Option } from 'commander';
import { type CommandSpec, type Flag, flagNames } from './command.ts';

/** The words after a command, sorted; nothing is checked yet. */
export interface Tokens {
  /** Every value given to a flag, in order, by the flag's long name; a switch that was given has an empty list. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  /** The first flag that the command does not have, and what follows it (which may be its value). */
  readonly unknown: readonly string[];
  /** A flag that ends the command line without the value that it needs, as typed. */
  readonly valueless: string | null;
}

/** Sorts the words after a command into flags, their values and operands: `-nv`, `-c8`, `--limit=x`, `--`. */
export function tokenize(spec: CommandSpec, words: readonly string[]): Tokens {
  const given = new Map<string, string[]>();
  const command = commanderFor(spec, (flag, value) => {
    const values = given.get(flag.long) ?? [];
    given.set(flag.long, value === undefined ? values : [...values, value]);
  });
  try {
    return { given, ...command.parseOptions([...words]), valueless: null };
  } catch (error) {
    // The only complaint that this call has: the last word is a flag (or ends in the letter of one) without a value.
    if (!(error instanceof CommanderError) || error.code !== 'commander.optionMissingArgument') throw error;
    const last = words.at(-1) ?? '';
    return {
      ...tokenize(spec, words.slice(0, -1)),
      valueless: last.startsWith('--') ? last : `-${last.slice(-1)}`,
    };
  }
}

/** A commander command with the flags of the table; it prints nothing, ends nothing and reads no argv of its own. */
export function commanderFor(
  spec: CommandSpec,
  on: (flag: Flag, value: string | undefined) => void = () => {},
): Command {
  const command = new Command(spec.name)
    .exitOverride()
    .helpOption(false)
    .configureOutput({
      writeOut: () => {},
      writeErr: () => {},
      getOutHelpWidth: () => 80,
      getOutHasColors: () => false,
    });
  for (const flag of spec.flags) {
    const value = flag.value === undefined ? '' : ` <${flag.value.name}>`;
    const option = new Option(`${flagNames(flag).join(', ')}${value}`, describe(flag)).helpGroup(flag.group);
    command.addOption(option).on(`option:${option.name()}`, (text: string | undefined) => on(flag, text));
  }
  return command;
}

function describe(flag: Flag): string {
  return flag.value?.default === undefined ? flag.help : `${flag.help} (default: ${flag.value.default})`;
}
