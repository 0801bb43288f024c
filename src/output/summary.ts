import type { Finding } from '../domain/finding.ts';
import { foldNames } from '../domain/names.ts';
import type { Report } from '../domain/report.ts';
import type { Warning } from '../domain/target.ts';
import { CATALOGUE } from '../errors/catalogue.ts';
import { printable } from '../lib/printable.ts';
import { type Cause, groupCauses } from './causes.ts';
import { checkTable } from './check-table.ts';
import { adviceOf, failingFindings, placeText } from './findings.ts';
import type { OutputStyle } from './output.ts';
import { type Paint, painter } from './paint.ts';
import { nobodyContacted } from './report-facts.ts';
import { verdictText } from './verdict.ts';
import { AFTER_COMMAS, chop, wrap } from './width.ts';

const INDENT = '    ';
const NAME_LINES = 3;
const DETAIL_LINES = 4;

/**
 * What the operator reads at the end of a run, in lines of at most `columns` (words longer than that stay whole):
 * why nothing was begun, the causes, each with its agents and one next step, what is wrong with the app, the warnings,
 * and last the verdict. Ends in a newline.
 */
export function summaryText(report: Report, style: OutputStyle, columns: number): string {
  const paint = painter(style.color);
  const causes = groupCauses(report.agents);
  const failing = failingFindings(report);
  const blocks = [
    ...report.warnings.filter((warning) => isWhyNot(warning, report)).map(secretBlock(columns, paint)),
    ...(style.verbose ? [checkTable(report.agents, columns)] : []),
    ...causes
      .filter((cause) => !isUnfinished(cause))
      .map((cause) => causeBlock(cause, style, columns, paint)),
    ...failing.map((finding) => findingBlock(finding, columns, paint)),
    causes.filter(isUnfinished).flatMap((cause) => unfinishedLines(cause, style, columns, paint)),
    ...(report.findings ?? [])
      .filter((finding) => !failing.includes(finding))
      .map((finding) => findingWarning(finding, columns, paint)),
    report.warnings
      .filter((warning) => !isWhyNot(warning, report))
      .flatMap(({ code, message, hint }) => [
        ...wrap(printable(`Warning: ${code}: ${message}`), columns, '', INDENT).map(first(paint, 'yellow')),
        ...wrap(printable(hint), columns, INDENT),
      ]),
    wrap(verdictText(report), columns).map((line) => paint(report.ok ? 'green' : 'red', line)),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

// Without its secrets a run contacts nobody: what the report lists among its warnings is then the cause of it all.
function isWhyNot({ code }: Warning, report: Report): boolean {
  return nobodyContacted(report) && (code === 'SECRET_UNAVAILABLE' || code === 'INTERRUPTED');
}

function secretBlock(columns: number, paint: Paint): (why: Warning) => string[] {
  return ({ code, message, hint }) => [
    ...wrap(printable(`${code}: ${message}`), columns, '', INDENT).map((line) => paint('bold', line)),
    ...nextLines('Next: ', hint, columns),
  ];
}

function nextLines(start: string, hint: string, columns: number): string[] {
  return wrap(start + printable(hint), columns, INDENT, `${INDENT}      `);
}

// Agents that the run never did have no trouble of their own: one line for all of them.
function isUnfinished({ code }: Cause): boolean {
  return code === 'STOPPED' || code === 'INTERRUPTED';
}

function causeBlock(cause: Cause, style: OutputStyle, columns: number, paint: Paint): string[] {
  const { code, names, example, sameMessage, sameHint } = cause;
  const who = printable(names[0] ?? '');
  const title = sameMessage ? '' : `: ${CATALOGUE[code].meaning}`;
  const such = sameMessage ? '' : `For example ${who}: `;
  const next = sameHint ? 'Next: ' : `Next, for ${who}: `;
  return [
    ...heading(cause, title, style, columns, paint),
    ...wrap(such + printable(example.message), columns, INDENT),
    ...detailLines(example.detail, style, columns).map((line) => paint('dim', line)),
    ...nextLines(next, example.hint, columns),
  ];
}

function unfinishedLines(cause: Cause, style: OutputStyle, columns: number, paint: Paint): string[] {
  return heading(cause, `: ${printable(cause.example.message)}`, style, columns, paint);
}

// `agent-[03-11,40]: REGISTRY_TLS, 10 agents: ...`. A list too long for a few lines is cut: the report has all names.
function heading(
  { code, names }: Cause,
  title: string,
  style: OutputStyle,
  columns: number,
  paint: Paint,
): string[] {
  const count = names.length === 1 ? '' : `, ${names.length} agents`;
  const render = (shown: number, title: string) => {
    const more = shown < names.length ? ` and ${names.length - shown} more` : '';
    const folded = printable(foldNames(names.slice(0, shown)), Infinity);
    return wrap(`${folded}${more}: ${code}${count}${title}`, columns, '', INDENT, AFTER_COMMAS);
  };
  let shown = names.length;
  while (!style.verbose && shown > 1 && render(shown, '').length > NAME_LINES)
    shown = Math.floor(shown * 0.8);
  return render(shown, title).map((line) => paint('bold', line));
}

// The agent's own words stand behind a bar, so that they cannot pass for the tool's. An escaped line break is
// shown as one; of more lines than fit the last are kept, where programs say what went wrong.
function detailLines(detail: string | undefined, style: OutputStyle, columns: number): string[] {
  if (detail === undefined) return [];
  const bar = `${INDENT}| `;
  const width = Math.max(20, columns - bar.length);
  const lines = printable(detail)
    .split(/(?:\\r)?\\n/)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => wrap(line, width).flatMap((part) => chop(part, width)));
  return lines.slice(style.verbose ? 0 : -DETAIL_LINES).map((line) => bar + line);
}

// The JSON is there to be pasted: it is neither wrapped nor cut.
function findingBlock(finding: Finding, columns: number, paint: Paint): string[] {
  const { words, json } = adviceOf(finding);
  const title = `The app, ${placeText(finding)}: ${finding.code}`;
  return [
    ...wrap(title, columns, '', INDENT).map((line) => paint('bold', line)),
    ...wrap(printable(finding.message), columns, INDENT),
    ...wrap(`Next: ${words}`, columns, INDENT, `${INDENT}      `),
    ...json.map((line) => INDENT + line),
  ];
}

function findingWarning(finding: Finding, columns: number, paint: Paint): string[] {
  const { words, json } = adviceOf(finding);
  const title = `Warning: ${finding.code}: the app, ${placeText(finding)}: ${printable(finding.message)}`;
  return [
    ...wrap(title, columns, '', INDENT).map(first(paint, 'yellow')),
    ...wrap(words, columns, INDENT),
    ...json.map((line) => INDENT + line),
  ];
}

const first = (paint: Paint, colour: 'yellow') => (line: string, index: number) =>
  index === 0 ? paint(colour, line) : line;
