import { widthOf } from '../../src/output/width.ts';

/**
 * A terminal small enough to be read, for what a screen is asked to do: it draws characters into rows, scrolls, and
 * knows the sequences that the live view may use. Any other sequence is an error. Like xterm, it leaves the cursor
 * on the last column of a full line, where "erase to the end" takes the last character away.
 */
export interface Terminal {
  readonly isTTY: true;
  columns: number;
  rows: number;
  write(text: string): void;
  /** The rows that have been written to, without spaces at their ends. */
  lines(): string[];
  cursorVisible: boolean;
  cursorRow: number;
  /** Rows that scrolled out at the top. */
  readonly history: string[];
  /** How often a line was too long and went on in the next row. */
  wraps: number;
  readonly writes: string[];
}

export function createTerminal(columns: number, rows: number): Terminal {
  let grid: string[][] = [[]];
  let column = 0;
  let autoWrap = true;

  const lineFeed = () => {
    terminal.cursorRow += 1;
    if (terminal.cursorRow >= terminal.rows) {
      terminal.history.push((grid.shift() ?? []).join(''));
      terminal.cursorRow = terminal.rows - 1;
    }
    grid[terminal.cursorRow] ??= [];
  };
  const put = (character: string) => {
    const width = widthOf(character);
    if (column + width > terminal.columns) {
      terminal.wraps += 1;
      if (!autoWrap) return;
      column = 0;
      lineFeed();
    }
    const row = grid[terminal.cursorRow] ?? [];
    grid[terminal.cursorRow] = row;
    while (row.length < column) row.push(' ');
    row[column] = character;
    for (let more = 1; more < width; more += 1) row[column + more] = '';
    column += width;
  };
  const control = (parameters: string, final: string) => {
    const count = Number(parameters) || 1;
    if (final === 'm') return;
    if (final === 'A') terminal.cursorRow = Math.max(0, terminal.cursorRow - count);
    else if (final === 'K' && parameters === '')
      grid[terminal.cursorRow]?.splice(Math.min(column, terminal.columns - 1));
    else if (final === 'J' && parameters === '') {
      grid[terminal.cursorRow]?.splice(Math.min(column, terminal.columns - 1));
      grid = grid.slice(0, terminal.cursorRow + 1);
    } else if (parameters === '?25') terminal.cursorVisible = final === 'h';
    else if (parameters === '?7') autoWrap = final === 'h';
    else if (parameters !== '?2026') throw new Error(`an unknown sequence: ESC [ ${parameters}${final}`);
  };

  const terminal: Terminal = {
    isTTY: true,
    columns,
    rows,
    cursorVisible: true,
    cursorRow: 0,
    history: [],
    wraps: 0,
    writes: [],
    write(text) {
      terminal.writes.push(text);
      for (const [piece, parameters, final] of text.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|[\s\S]/gu)) {
        if (final !== undefined) control(parameters ?? '', final);
        else if (piece === '\r') column = 0;
        else if (piece === '\n') lineFeed();
        else if (piece < ' ') throw new Error(`a control character: ${JSON.stringify(piece)}`);
        else put(piece);
      }
    },
    lines() {
      const lines = grid.map((row) => row.join('').trimEnd());
      while (lines.at(-1) === '') lines.pop();
      return lines;
    },
  };
  return terminal;
}
