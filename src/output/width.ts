// Zero columns: marks on the character before, and format characters. U+FE0F asks for the emoji form of the
// character before it, which is one column wider on most terminals, so it is counted as one.
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u;
// Two columns: East Asian Wide and Fullwidth (Unicode Annex 11, the blocks that hold them), and emoji.
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
const AFTER_SPACES = /(?<= )/;
/** For `wrap`: a folded list of names (`agent-[03-11,40], db-7`) may be broken after its commas too. */
export const AFTER_COMMAS = /(?<=[ ,])/;
const PLAIN = /^[\x20-\x7e]*$/;

function columnsOf(character: string): number {
  if (PLAIN.test(character) || character === '\ufe0f') return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** How many columns of a terminal a text takes; it must hold no control characters and no colours. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text, cut to at most `columns`, with an ellipsis where something was cut. */
export function truncate(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The text, cut or filled with spaces to exactly `columns`. */
export function pad(text: string, columns: number): string {
  const fitted = truncate(text, columns);
  return fitted + ' '.repeat(Math.max(0, columns - widthOf(fitted)));
}

/**
 * The text in lines of at most `columns`, broken where `at` says (after spaces); the first line starts with
 * `first`, the others with `rest`. A piece longer than a line stays whole, so that a path or a command can still
 * be copied.
 */
export function wrap(
  text: string,
  columns: number,
  first = '',
  rest = first,
  at: RegExp = AFTER_SPACES,
): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const piece of text.split(at)) {
    if (empty && piece.trim() === '') continue;
    if (!empty && widthOf(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = rest;
    }
    line += piece;
    empty = false;
  }
  return empty ? lines : [...lines, line.trimEnd()];
}

/** The text cut into lines of at most `columns` wherever they end: for an agent's own words, which may be one long word. */
export function chop(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const character of text) {
    const wide = columnsOf(character);
    if (width + wide > columns && line !== '') {
      lines.push(line);
      line = '';
      width = 0;
    }
    line += character;
    width += wide;
  }
  return line === '' ? lines : [...lines, line];
}
