import type { Problem } from '../errors/failure.ts';
import type { Argument, CommandSpec } from './command.ts';
import { LATER_ACTIONS } from './later.ts';
import { notYet, problem, seeHelp, shown } from './problems.ts';
import { suggest } from './suggest.ts';

/** What is wrong with the words that follow a command: missing, empty, one of them not a choice, too many. */
export function checkOperands(spec: CommandSpec, words: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [place, argument] of spec.arguments.entries()) {
    const mine = argument.variadic ? words.slice(place) : words.slice(place, place + 1);
    if (mine.length === 0 && argument.required) problems.push(missing(spec, argument));
    problems.push(...mine.map((word) => checkWord(spec, argument, word)).filter((found) => found !== null));
  }
  const room = spec.arguments.some((argument) => argument.variadic) ? words.length : spec.arguments.length;
  const extra = words[room];
  if (extra !== undefined) problems.push(tooMany(spec, extra));
  return problems;
}

function checkWord(spec: CommandSpec, argument: Argument, word: string): Problem | null {
  if (word === '')
    return problem(
      'BAD_VALUE',
      `The ${argument.name} is an empty word.`,
      'Is a shell variable in it not set?',
    );
  if (argument.files !== undefined && word === '-') {
    return problem(
      'BAD_VALUE',
      `The ${argument.name} is read from a file, not from standard input.`,
      seeHelp(spec),
    );
  }
  if (argument.choices === undefined || argument.choices.includes(word)) return null;
  if (spec.name === 'lab' && LATER_ACTIONS.includes(word)) {
    return notYet(`\`lab ${word}\` is not in this version yet.`);
  }
  const meant = suggest(word, argument.choices);
  const hint = meant === null ? seeHelp(spec) : `Did you mean ${shown(meant)}? ${seeHelp(spec)}`;
  return problem(
    'BAD_VALUE',
    `${shown(spec.name)} does not know ${shown(word)}: it takes ${either(argument.choices)}.`,
    hint,
  );
}

function missing(spec: CommandSpec, argument: Argument): Problem {
  const first =
    argument.files === undefined
      ? ''
      : 'No inventory yet? node-prep init writes one; node-prep lab run needs none. ';
  return problem(
    'MISSING_ARGUMENT',
    `${shown(spec.name)} needs ${article(argument)}.`,
    `${first}${seeHelp(spec)}`,
  );
}

function tooMany(spec: CommandSpec, word: string): Problem {
  const message = `${shown(word)} is one word too many for ${shown(spec.name)}.`;
  if (/^[–—−]/u.test(word)) {
    return problem(
      'EXTRA_ARGUMENT',
      message,
      'It begins with a typographic dash; flags begin with the one of the keyboard: -',
    );
  }
  const choose = spec.flags.some((flag) => flag.long === '--limit')
    ? 'One inventory at a time. To choose agents: --limit <pattern>; quote a glob, or the shell replaces it. '
    : '';
  return problem('EXTRA_ARGUMENT', message, `${choose}${seeHelp(spec)}`);
}

function either(choices: readonly string[]): string {
  return choices.join(', ').replace(/, ([^,]+)$/, ' or $1');
}

function article(argument: Argument): string {
  const choices = argument.choices === undefined ? '' : `: ${either(argument.choices)}`;
  return `${/^[aeiou]/.test(argument.name) ? 'an' : 'a'} ${argument.name}${choices}`;
}
