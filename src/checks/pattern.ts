import { shellTokens, type Token } from './shell-words.ts';

/** The one literal pattern by which a command looks for a process. */
export interface ProcessPattern {
  /** The same command, looking for another word instead (letters only). */
  control(word: string): string;
  /** Names of the processes that are meant, as an extended regular expression; null where none can be told. */
  readonly names: string | null;
  /** The same names, for people. */
  readonly shown: readonly string[];
}

type Word = Extract<Token, { kind: 'word' }>;

/** Options that leave a search a search: neither inverted, nor of files, nor with an argument that matters. */
const GREP_LETTERS = /^-[aqiwxsnohcEFG]+$/;
const GREP_LONG = new Set(
  'quiet silent ignore-case word-regexp line-regexp fixed-strings extended-regexp basic-regexp no-messages text count'
    .split(' ')
    .map((name) => `--${name}`),
);
const PGREP_LETTERS = /^-[fxlaci]+$/;
const PGREP_LONG = new Set(['--full', '--exact', '--list-name', '--list-full', '--count', '--ignore-case']);
/** A pattern without any sign that a regular expression takes for something else; the dot is let through. */
const isLiteral = (text: string) => /^[\w./:@%,=~ -]+$/.test(text) && /[a-zA-Z0-9]/.test(text);
const HARMLESS = /^(?:[12]?>>?\/dev\/null|2>&1|1>&2|>&2)$/;

/**
 * Finds the pattern of a pipeline that ends in grep or pgrep with one literal pattern, e.g. `ps -Aef | grep -q
 * dockerd`. Null for any other command: lists, several patterns, files, variables, expressions such as `[d]ockerd`.
 */
export function processPattern(command: string): ProcessPattern | null {
  const tokens = shellTokens(command.trimEnd()) ?? [];
  const simple = tokens.every((token) =>
    token.kind === 'operator' ? token.text === '|' : token.kind === 'word' || HARMLESS.test(token.text),
  );
  const lastPipe = tokens.findLastIndex(({ kind }) => kind === 'operator');
  const [program, ...rest] = tokens.slice(lastPipe + 1).filter((token) => token.kind === 'word');
  const [first] = tokens;
  const inverted = first?.kind === 'word' && first.text === '!';
  if (!simple || inverted || program === undefined || !program.literal) return null;
  const pattern = patternOf(program.text, rest, lastPipe >= 0);
  if (pattern === null || !pattern.literal || !isLiteral(pattern.text)) return null;
  const anyCase = rest.some(({ text }) => /^-[a-zA-Z]*i[a-zA-Z]*$|^--ignore-case$/.test(text));
  const shown = [
    ...new Set([pattern.text, anyCase ? pattern.text.toLowerCase() : pattern.text].flatMap(namesOf)),
  ];
  return {
    control: (word) => command.slice(0, pattern.start) + word + command.slice(pattern.end),
    names: shown.length === 0 ? null : shown.map((name) => name.replaceAll('.', '[.]')).join('|'),
    shown,
  };
}

function patternOf(program: string, words: readonly Word[], piped: boolean): Word | null {
  switch (program.replace(/^(?:\/usr)?\/bin\//, '')) {
    case 'grep':
    case 'egrep':
    case 'fgrep':
      // Without a pipe it would read files, or nothing.
      return piped ? onlyPattern(words, GREP_LETTERS, GREP_LONG, true) : null;
    case 'pgrep':
      return onlyPattern(words, PGREP_LETTERS, PGREP_LONG, false);
    default:
      return null;
  }
}

function onlyPattern(
  words: readonly Word[],
  letters: RegExp,
  long: ReadonlySet<string>,
  hasE: boolean,
): Word | null {
  const patterns: Word[] = [];
  let options = true;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as Word;
    if (!options || !word.text.startsWith('-')) patterns.push(word);
    else if (word.text === '--') options = false;
    else if (hasE && (word.text === '-e' || word.text === '--regexp')) {
      const next = words[index + 1];
      // What follows a pattern of -e is a file.
      if (next === undefined || patterns.length > 0) return null;
      patterns.push(next);
      index += 1;
    } else if (!letters.test(word.text) && !long.has(word.text)) return null;
  }
  return patterns.length === 1 ? (patterns[0] ?? null) : null;
}

/**
 * The kernel keeps 15 bytes of a program's file name. Docker's daemon had other names: `docker` up to 1.11 (which
 * the agent's side tells from the CLI), `dockerd-current` in RHEL's package. A pattern with blanks, or of a folder,
 * is of a command line, and names no process.
 */
function namesOf(pattern: string): readonly string[] {
  const name = pattern.replace(/^.*\//, '').slice(0, 15);
  if (name === 'dockerd' || name === 'docker') return ['docker', 'dockerd', 'dockerd-current'];
  return /^[\w.-]+$/.test(name) && !pattern.includes(' ') ? [name] : [];
}
