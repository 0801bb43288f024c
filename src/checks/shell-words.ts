/** A piece of a shell command. `start` and `end` are its place in the text, quotes included. */
export type Token =
  | {
      readonly kind: 'word';
      /** Without quotes. */
      readonly text: string;
      /** False where the shell would put something else in its place (`$x`, `*`, `~`). */
      readonly literal: boolean;
      readonly quoted: boolean;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'operator'; readonly text: string }
  /** `2>&1`, `>/dev/null`: without blanks and quotes. */
  | { readonly kind: 'redirection'; readonly text: string };

const BLANK = /[ \t]/;
const OPERATOR = /^(?:\|\||&&|;;|\|&|[|&;()\n])/;
const REDIRECTION = /^\d*(?:<<|<&|<>|>>|>&|>\||[<>])/;

/**
 * Splits a command as POSIX sh does (Shell Command Language, 2.3). Null for what this reader does not follow, so
 * that nothing is taken for what it is not: substitutions of commands and of arithmetic, `${…}`, here-documents,
 * and quotes without an end.
 */
export function shellTokens(command: string): readonly Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < command.length) {
    const rest = command.slice(at);
    const space = /^(?:[ \t]+|\\\n)+/.exec(rest) ?? /^#[^\n]*/.exec(rest);
    const redirection = REDIRECTION.exec(rest)?.[0];
    const operator = OPERATOR.exec(rest)?.[0];
    if (space !== null) {
      at += space[0].length;
    } else if (redirection !== undefined) {
      if (redirection.endsWith('<<')) return null;
      at += redirection.length;
      while (BLANK.test(command[at] ?? '')) at += 1;
      const target = readWord(command, at);
      if (target === null || target.end === at) return null;
      tokens.push({ kind: 'redirection', text: redirection + (target.literal ? target.text : '$') });
      at = target.end;
    } else if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator });
      at += operator.length;
    } else {
      const word = readWord(command, at);
      if (word === null) return null;
      tokens.push(word);
      at = word.end;
    }
  }
  return tokens;
}

function readWord(command: string, start: number): Extract<Token, { kind: 'word' }> | null {
  let text = '';
  let literal = true;
  let quoted = false;
  let at = start;
  /** What a dollar or a backquote makes of the word; false where it is not followed. */
  const expand = (): boolean => {
    if (command[at] === '`' || /[({]/.test(command[at + 1] ?? '')) return false;
    literal = false;
    return true;
  };
  while (at < command.length && !/[ \t\n|&;()<>]/.test(command[at] ?? '')) {
    const character = command[at] ?? '';
    if (character === "'") {
      const close = command.indexOf("'", at + 1);
      if (close < 0) return null;
      text += command.slice(at + 1, close);
      quoted = true;
      at = close + 1;
    } else if (character === '"') {
      quoted = true;
      at += 1;
      for (; command[at] !== '"'; at += 1) {
        if (at >= command.length) return null;
        if (/[$`]/.test(command[at] ?? '') && !expand()) return null;
        if (command[at] === '\\' && /[$`"\\\n]/.test(command[at + 1] ?? '')) at += 1;
        text += command[at];
      }
      at += 1;
    } else if (character === '\\') {
      if (command[at + 1] === undefined) return null;
      quoted = true;
      text += command[at + 1] === '\n' ? '' : command[at + 1];
      at += 2;
    } else {
      if (/[$`]/.test(character) && !expand()) return null;
      if (/[*?[]/.test(character) || (character === '~' && at === start)) literal = false;
      text += character;
      at += 1;
    }
  }
  return { kind: 'word', text, literal, quoted, start, end: at };
}
