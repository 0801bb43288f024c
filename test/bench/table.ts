/** A table as Markdown has them, under a title; the first column has the names. */
export function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  notes: readonly string[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [title, '', ...[head, rule, ...rows].map(line), ...(notes.length > 0 ? ['', ...notes] : [])].join(
    '\n',
  );
}

/** How many times the one is the other: `0.25`, or a dash where there is nothing to divide by. */
export function ratio(value: number, of: number): string {
  const times = value / of;
  return Number.isFinite(times) ? times.toFixed(2) : '–';
}

/** A number with its unit, or a dash where it was not measured. */
export function amount(value: number, digits: number, unit: string): string {
  return Number.isFinite(value) ? `${value.toFixed(digits)} ${unit}` : '–';
}
