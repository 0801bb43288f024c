/** What ssh's reader skips between words (openssh, misc.c: WHITESPACE). */
const BLANKS = ' \t\r\n';

/** The next word of a line, and what is behind it: null at the end of the line. */
export interface Taken {
  readonly word: string;
  readonly rest: string | null;
}

/** The first word of a line, in lower case, and its arguments, not yet taken apart. */
export interface Line {
  readonly keyword: string;
  /** Without the blanks and the `=` before it, and without those at the end. */
  readonly rest: string;
}

/**
 * Takes a line apart as ssh does: blanks at the end fall away, the keyword ends at a blank or an `=`. Null for an
 * empty line, a comment, and a keyword in an open quote, which ssh skips.
 */
export function readLine(text: string): Line | null {
  const [whole = ''] = text.split('\0', 1);
  const line = whole.slice(0, endOf(whole));
  const first = takeWord(line);
  const taken = first?.word === '' && first.rest !== null ? takeWord(first.rest) : first;
  if (taken === null || taken.word === '' || taken.word.startsWith('#')) return null;
  return { keyword: lowerCase(taken.word), rest: afterBlanks(taken.rest ?? '', 0) };
}

/** The next word, up to a blank, one `=` or the end of a quote (misc.c: strdelim); null where a quote stays open. */
export function takeWord(text: string): Taken | null {
  const at = text.search(/[ \t\r\n"=]/);
  if (at === -1) return { word: text, rest: null };
  if (text[at] === '"') {
    const end = text.indexOf('"', at + 1);
    if (end === -1) return null;
    return { word: text.slice(0, at) + text.slice(at + 1, end), rest: afterBlanks(text, end + 1) };
  }
  const rest = afterBlanks(text, at + 1);
  const equals = text[at] !== '=' && rest.startsWith('=');
  return { word: text.slice(0, at), rest: equals ? afterBlanks(rest, 1) : rest };
}

/**
 * The arguments of a line: quotes of both kinds, `\` before a quote, itself or a blank, and a comment where an
 * argument could start (misc.c: argv_split). Null where a quote stays open.
 */
export function splitArguments(text: string): readonly string[] | null {
  const found: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    const blank = quote === '' && (character === ' ' || character === '\t');
    if (blank && word !== null) found.push(word);
    if (blank) word = null;
    if (blank) continue;
    if (word === null && character === '#') break;
    word ??= '';
    if (character === '\\' && (/["'\\]/.test(next) || (quote === '' && next === ' '))) {
      word += next;
      at += 1;
    } else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (quote !== '' && character === quote) quote = '';
    else word += character;
  }
  if (quote !== '') return null;
  return word === null ? found : [...found, word];
}

/** Lower case of ASCII letters only, as ssh's in every locale that matters here. */
export function lowerCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

function afterBlanks(text: string, from: number): string {
  let at = from;
  while (at < text.length && BLANKS.includes(text.charAt(at))) at += 1;
  return text.slice(at);
}

/** Blanks and form feeds at the end do not count; a line's first character always stays. */
function endOf(text: string): number {
  let end = text.length;
  while (end > 1 && `${BLANKS}\f`.includes(text.charAt(end - 1))) end -= 1;
  return end;
}
