import type { Report } from '../domain/report.ts';
import { failingFindings } from './findings.ts';
import { isInterrupted, nobodyContacted, troubles } from './report-facts.ts';

/** How a check ended: who is proven, and what is wrong with the app. */
export function checkOpening(report: Report): string {
  const { totals, ok } = report;
  const bad = totals.agents - totals.ok;
  const app = appText(report);
  if (ok) {
    const proven =
      totals.agents === 0 ? 'nothing was left to prove' : `${totals.ok} of ${totals.agents} agents`;
    return `Proven: ${proven}${app === '' ? '' : `; the app has ${app}`}`;
  }
  const how = isInterrupted(report) ? 'INTERRUPTED, NOT proven' : 'NOT proven';
  if (bad === 0) {
    const agents = totals.agents === 0 ? '' : `; all ${totals.agents} agents are proven`;
    return app === '' ? `${how}${agents}` : `${how}: the app has ${app}${agents}`;
  }
  const others = totals.ok === 0 ? '' : `; the other ${totals.ok} ${totals.ok === 1 ? 'is' : 'are'} proven`;
  const too = app === '' ? '' : `; the app has ${app}`;
  return `${how}: ${bad} of ${totals.agents} agents (${troubles(report)})${others}${too}`;
}

/** What its exit code means, and what to do. A gate is passed as a whole: only an interrupted check is resumed. */
export function checkEnding(report: Report): string {
  const { ok, exitCode, totals } = report;
  if (ok) return '';
  if (exitCode === 3) {
    const why = nobodyContacted(report)
      ? 'a secret could not be had, so no agent was contacted'
      : 'a credential was refused, so it was tried nowhere else';
    return `; ${why}; exit 3`;
  }
  if (isInterrupted(report)) return `; exit ${exitCode}, check again with --resume to do the rest`;
  const app = failingFindings(report).length > 0;
  const mend = [totals.ok < totals.agents ? 'mend the causes' : '', app ? 'correct the app' : '']
    .filter((part) => part !== '')
    .join(', ');
  return `; exit ${exitCode}${mend === '' ? '' : `, ${mend} and check again`}`;
}

/** `2 errors, 1 warning`; and where it is the warnings that fail the check, why. */
function appText(report: Report): string {
  const { findings = [] } = report;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const strict = errors === 0 && failingFindings(report).length > 0;
  return [
    counted(errors, 'error'),
    counted(warnings, 'warning'),
    strict ? 'which --strict does not let pass' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
