import type { Request } from '../domain/request.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { checkTogether } from './check-request.ts';
import type { CommandSpec } from './command.ts';
import { COMMANDS, findCommand } from './commands.ts';
import { commandHelp, mainHelp } from './help.ts';
import { LATER_COMMANDS } from './later.ts';
import { checkOperands } from './operands.ts';
import {
  labUpWithOutput,
  missingValue,
  notYet,
  problem,
  shown,
  singleDash,
  unknownFlag,
} from './problems.ts';
import { buildRequest } from './request.ts';
import { suggest } from './suggest.ts';
import { tokenize } from './tokens.ts';
import { flagReader } from './values.ts';

/** What a command line amounts to. `print` goes to standard output with exit code 0, to standard error with 2. */
export type ParsedCommandLine =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'print'; readonly text: string; readonly exitCode: 0 | 2 }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** Was `-o json` asked for? Then the problems are printed as JSON. */
      readonly json: boolean;
    };

/**
 * Reads the words after the program's name. All problems are found at once; nothing is run or printed. The bare
 * name prints the help with exit code 2: 0 would tell a script whose variable is empty that every agent is good.
 */
export function parseCommandLine(argv: readonly string[], version: string): ParsedCommandLine {
  const [name, ...words] = argv;
  if (name === undefined) return { kind: 'print', text: mainHelp(version), exitCode: 2 };
  if (name === '--version' || name === '-V') return print(`node-prep ${version}\n`);
  const spec = findCommand(name);
  if (name === 'help' && words[0] !== undefined) return parseCommandLine([words[0], '--help'], version);
  if (name === 'help' || (name.startsWith('-') && wantsHelp(argv))) return print(mainHelp(version));
  const result = spec === undefined ? [unknownCommand(name, words)] : parseCommand(spec, words);
  return 'kind' in result ? result : { kind: 'problems', problems: result, json: wantsJson(argv) };
}

function parseCommand(spec: CommandSpec, words: readonly string[]): readonly Problem[] | ParsedCommandLine {
  if (wantsHelp(words)) return print(commandHelp(spec));
  const dashes = beforeDashes(words).filter((word) => isLongNameWithOneDash(spec, word));
  if (dashes.length > 0) return dashes.map(singleDash);
  const problems: Problem[] = [];
  const tokens = tokenize(spec, words);
  if (tokens.given.has('--help')) return print(commandHelp(spec));
  const unknown = new Set(beforeDashes(tokens.unknown).filter((word) => /^-./su.test(word)));
  problems.push(...[...unknown].map((word) => unknownFlag(spec, word)));
  // Words behind an unknown flag may be its values: then nothing can be said about operands.
  const operands = tokens.operands;
  if (unknown.size === 0) problems.push(...checkOperands(spec, operands));
  if (tokens.valueless !== null) problems.push(missingValue(spec, tokens.valueless));
  const flags = flagReader(spec, tokens, problems);
  const request = buildRequest(spec, flags, operands);
  if (request.command === 'check') problems.push(...checkTogether(flags));
  if (request.command === 'lab' && request.action === 'up' && tokens.given.has('--output'))
    problems.push(labUpWithOutput());
  return problems.length > 0 ? problems : { kind: 'request', request };
}

function unknownCommand(name: string, words: readonly string[]): Problem {
  if (LATER_COMMANDS.includes(name)) return notYet(`${shown(name)} is not in this version yet.`);
  if (name.startsWith('-')) {
    const command = words.find((word) => findCommand(word) !== undefined || LATER_COMMANDS.includes(word));
    const hint = `Flags follow the command: node-prep ${command ?? '<command>'} [flags]. See node-prep --help`;
    return problem('MISPLACED_FLAG', `${shown(name.replace(/=.*$/su, ''))} comes before a command.`, hint);
  }
  const message = `There is no command ${shown(name)}.`;
  if (/\.ya?ml$|\//i.test(name)) {
    const file = printable(name, 200);
    const hint = `A command comes first: node-prep run ${file}, or node-prep hosts ${file} to look at its agents.`;
    return problem('UNKNOWN_COMMAND', message, hint);
  }
  if (name === 'version') return problem('UNKNOWN_COMMAND', message, 'The version: node-prep --version');
  const meant = suggest(name, [...COMMANDS.map((command) => command.name), ...LATER_COMMANDS]);
  const hint =
    meant === null ? 'All commands: node-prep --help' : `Did you mean ${shown(meant)}? All: node-prep --help`;
  return problem('UNKNOWN_COMMAND', message, hint);
}

function print(text: string): ParsedCommandLine {
  return { kind: 'print', text, exitCode: 0 };
}

function wantsHelp(words: readonly string[]): boolean {
  return beforeDashes(words).some((word) => word === '--help' || word === '-h');
}

/** Known even where the rest cannot be read: the problems themselves are to be JSON. */
function wantsJson(argv: readonly string[]): boolean {
  const words = beforeDashes(argv);
  const values = words.flatMap((word, place) => {
    if (word === '-o' || word === '--output') return [words[place + 1] ?? ''];
    const joined = /^(?:--output=|-[nv]*o)(.*)$/su.exec(word);
    return joined === null ? [] : [joined[1] || (words[place + 1] ?? '')];
  });
  return values.at(-1) === 'json';
}

function isLongNameWithOneDash(spec: CommandSpec, word: string): boolean {
  const name = `-${word.replace(/=.*$/su, '')}`;
  return /^-[a-z]{2}/.test(word) && spec.flags.some((flag) => flag.long === name);
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end < 0 ? words : words.slice(0, end);
}
