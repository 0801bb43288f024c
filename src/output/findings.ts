import type { Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { printable } from '../lib/printable.ts';

/**
 * The findings that fail the check. A warning does so only with --strict, which a report does not tell by name: it
 * shows where the check failed and nothing else can be the reason.
 */
export function failingFindings(report: Report): readonly Finding[] {
  const { ok, exitCode, totals, findings = [] } = report;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const onlyWarnings = !ok && exitCode === 1 && errors.length === 0 && totals.ok === totals.agents;
  return onlyWarnings ? findings : errors;
}

/** Where in the app it is: `$.healthChecks[1] (line 41, column 5)`. */
export function placeText({ path, line, column }: Finding): string {
  return `${printable(path)} (line ${line}, column ${column})`;
}

/** What a finding's hint has: words, and the corrected JSON, line by line and uncut, safe on a terminal. */
export interface Advice {
  readonly words: string;
  readonly json: readonly string[];
}

/** The words of a hint end with its first line; what follows is the JSON, which stays as it is. */
export function adviceOf({ hint }: Finding): Advice {
  const [words = '', ...json] = hint.split('\n');
  return { words: printable(words), json: json.map(terminalSafe) };
}

/**
 * Text without what could drive a terminal or hide text: \u escapes in its place, which in JSON are the same value to
 * every reader (RFC 8259, section 7). Line feeds stay.
 */
export function terminalSafe(text: string): string {
  return text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}
