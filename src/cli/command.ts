import type { Request } from '../domain/request.ts';

/** What a flag's value must look like; `values.ts` checks it. */
export type ValueType = 'text' | 'pattern' | 'file' | 'choice' | 'count' | 'duration' | 'failures';

/** One flag of one command: parsing, help and shell completion all come from this. */
export interface Flag {
  /** With its dashes: `--limit`. */
  readonly long: string;
  /** With its dash: `-l`. */
  readonly short?: string;
  /** Absent: the flag is a switch. */
  readonly value?: FlagValue;
  /** One sentence, without a full stop. */
  readonly help: string;
  /** The heading that help prints it under. */
  readonly group: string;
}

export interface FlagValue {
  /** What help calls it: `<pattern>`. */
  readonly name: string;
  readonly type: ValueType;
  readonly choices?: readonly string[];
  /** Of a file: `-` is standard input. */
  readonly stdin?: true;
  /** As the operator would have typed it; absent: none. */
  readonly default?: string;
  /** May be given more than once; without it the last one counts. */
  readonly repeat?: true;
}

/** A word that follows the command. */
export interface Argument {
  readonly name: string;
  readonly required: boolean;
  /** Takes all the words that are left. */
  readonly variadic?: true;
  readonly choices?: readonly string[];
  /** The endings of the files that shell completion offers: an inventory. */
  readonly files?: readonly string[];
  readonly help: string;
}

/** One command: its place on the command line and all that help says about it. */
export interface CommandSpec {
  readonly name: Request['command'];
  /** One line for the list of commands. */
  readonly summary: string;
  /** A paragraph or two for the command's own help. */
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly flags: readonly Flag[];
  /** Command line and what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** What help ends with, when there is more to know. */
  readonly notes?: string;
}

/** `run <inventory> [flags]`: the words of a usage line after the program's name. */
export function usage(command: CommandSpec): string {
  const words = command.arguments.map((argument) => {
    const name = `${argument.choices?.join('|') ?? argument.name}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name, ...words, '[flags]'].join(' ');
}

/** `-l` and `--limit`, or only the long name. */
export function flagNames(flag: Flag): readonly string[] {
  return flag.short === undefined ? [flag.long] : [flag.short, flag.long];
}

/** The names of all flags of a command that take a value. */
export function valuedNames(command: CommandSpec): readonly string[] {
  return command.flags.filter((flag) => flag.value !== undefined).flatMap(flagNames);
}
