import type { Finding } from '../domain/finding.ts';
import type { Report } from '../domain/report.ts';
import { printable } from '../lib/printable.ts';
import { adviceOf, failingFindings, placeText } from './findings.ts';

/** One test case of a JUnit document. */
export interface Case {
  /** Empty for what is about no agent. */
  readonly agent: string;
  readonly name: string;
  readonly ms: number;
  readonly result:
    | 'passed'
    | 'skipped'
    | { readonly type: string; readonly message: string; readonly text: string }
    /** It passed, with something to say. */
    | { readonly output: string };
}

/**
 * A case for each problem of the app: one that fails the check fails, a warning passes and says so. Without any a
 * single case passes; null where no app was checked.
 */
export function findingCases(report: Report): Case[] | null {
  const { findings } = report;
  if (findings === undefined) return null;
  if (findings.length === 0) return [{ agent: '', name: 'app', ms: 0, result: 'passed' }];
  const failing = failingFindings(report);
  return findings.map((finding) => {
    const text = words(finding);
    const { code, message } = finding;
    const result = failing.includes(finding) ? { type: code, message, text } : { output: text };
    return { agent: '', name: `${code} at ${placeText(finding)}`, ms: 0, result };
  });
}

function words(finding: Finding): string {
  const { words: next, json } = adviceOf(finding);
  return [`${finding.code}: ${printable(finding.message)}`, `Next: ${next}`, ...json].join('\n');
}
