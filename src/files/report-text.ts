import type { Report } from '../domain/report.ts';

/** How many agents' outcomes are in memory as text at once. */
const AT_ONCE = 250;

/** The report as JSON. That of ten thousand agents has 15 MB: as a whole, and again as bytes, it would double the program. */
export function* reportPieces(report: Report): Generator<string> {
  const { agents } = report;
  // Within a string the quotes would be escaped.
  const [before, after] = JSON.stringify({ ...report, agents: [] }, null, 2).split('"agents": []');
  yield `${before}"agents": [`;
  for (let at = 0; at < agents.length; at += AT_ONCE) {
    const text = agents.slice(at, at + AT_ONCE).map((agent) => JSON.stringify(agent, null, 2));
    // Not by ^ and the flag m, which also finds the U+2028 of a string.
    yield `${at === 0 ? '' : ','}\n    ${text.join(',\n').replaceAll('\n', '\n    ')}`;
  }
  yield `${agents.length === 0 ? '' : '\n  '}]${after}\n`;
}
