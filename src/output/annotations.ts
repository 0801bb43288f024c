import type { Finding } from '../domain/finding.ts';
import { foldNames } from '../domain/names.ts';
import type { Report } from '../domain/report.ts';
import { printable } from '../lib/printable.ts';
import { groupCauses } from './causes.ts';
import { adviceOf, failingFindings } from './findings.ts';

type Level = 'error' | 'warning';

interface Annotation {
  readonly level: Level;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly message: string;
}

/** GitHub shows ten errors and ten warnings of a step (docs.github.com, usage limits of annotations). */
const SHOWN = 10;

/**
 * A check's report as GitHub's workflow commands, a line each: the app's findings at their place in `appFile` (null
 * where the app came from elsewhere), and what struck agents, by cause. Where GitHub would leave some out, the last
 * of a level says how many.
 */
export function annotations(report: Report, appFile: string | null): string {
  const failing = failingFindings(report);
  const all = [
    ...(report.findings ?? []).map((finding) => ofFinding(finding, failing.includes(finding), appFile)),
    ...groupCauses(report.agents).map(({ code, names, example }): Annotation => {
      const message = `${printable(foldNames(names), 500)}: ${printable(example.message)}\nNext: ${printable(example.hint)}`;
      return { level: 'error', properties: { title: code }, message };
    }),
    ...report.warnings.map(({ code, message, hint }): Annotation => {
      return {
        level: 'warning',
        properties: { title: code },
        message: `${printable(message)}\n${printable(hint)}`,
      };
    }),
  ];
  return [...shown(all, 'error'), ...shown(all, 'warning')].map(command).join('');
}

function ofFinding(finding: Finding, fails: boolean, appFile: string | null): Annotation {
  const { code, path, line, column, message } = finding;
  const { words, json } = adviceOf(finding);
  const where: Annotation['properties'] =
    appFile === null ? {} : { file: printable(appFile, 1_000), line, col: column };
  return {
    level: fails ? 'error' : 'warning',
    properties: { ...where, title: `${code} at ${printable(path, 200)}` },
    message: [printable(message), `Next: ${words}`, ...json].join('\n'),
  };
}

function shown(all: readonly Annotation[], level: Level): readonly Annotation[] {
  const mine = all.filter((annotation) => annotation.level === level);
  if (mine.length <= SHOWN) return mine;
  const more = mine.length - SHOWN + 1;
  const rest = {
    level,
    properties: { title: `${more} more` },
    message: `${more} more are in the log of this step.`,
  };
  return [...mine.slice(0, SHOWN - 1), rest];
}

/** As @actions/core writes it (packages/core/src/command.ts): what would end a property or the line is escaped. */
function command({ level, properties, message }: Annotation): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${level} ${list.join(',')}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
