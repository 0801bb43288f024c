const WIDTH = 80;

/** Rows of cells as lines, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, place) => {
      widths[place] = Math.max(widths[place] ?? 0, cell.length);
    });
  return rows.map((row) =>
    row
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Text as lines of at most 80 columns, broken after spaces and commas; `later` indents all but the first line. */
export function wrap(text: string, first: number, later: number = first): string {
  const lines: string[] = [];
  let line = ' '.repeat(first);
  for (const piece of text.match(/[^ ,]+[ ,]*|[ ,]+/g) ?? []) {
    if (line.trim() !== '' && line.length + piece.trimEnd().length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(later);
    }
    line += piece;
  }
  return `${[...lines, line.trimEnd()].join('\n')}\n`;
}
