import type { Report } from '../domain/report.ts';
import { secretReferences } from '../domain/secret-references.ts';
import type { Inventory, Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import {
  openReportFiles,
  type ReportFile,
  type Surroundings,
  type WantedFile,
} from '../files/report-file.ts';
import { reportPieces } from '../files/report-text.ts';
import { formatProblems } from '../inventory/problems.ts';
import type { Result } from '../lib/result.ts';
import type { Output } from '../output/output.ts';
import { prometheusText } from '../output/prometheus.ts';

/** An output to which the report is the last event, whatever still happens (a late Ctrl-C). */
export function endingWithReport(output: Output): Output {
  let over = false;
  return {
    event(event) {
      if (over) return;
      over = event.type === 'report';
      output.event(event);
    },
    close: () => output.close(),
  };
}

/** Where a report goes, and who is told when it does not get there. */
export interface Delivery {
  readonly output: Output;
  readonly files: readonly ReportFile[];
  readonly stderr: { write(text: string): unknown };
}

/**
 * Gives the report to the outputs and to its files, and gives it back as it ended. Where a file could not be written,
 * the report warns of that and its exit code is not 0. A file is written first, so that the outputs have the same
 * report; a terminal or a pipe last, behind all that they say.
 */
export async function deliver(report: Report, { output, files, stderr }: Delivery): Promise<Report> {
  const troubles: Warning[] = [];
  const write = async (some: readonly ReportFile[]) => {
    for (const file of some) {
      const trouble = await file.write(warned(report, troubles));
      if (trouble !== null) troubles.push(trouble);
    }
  };
  await write(files.filter(({ apart }) => apart));
  output.event({ type: 'report', report: warned(report, troubles) });
  await output.close();
  await write(files.filter(({ apart }) => !apart));
  if (troubles.length > 0) stderr.write(formatProblems(troubles));
  return warned(report, troubles);
}

function warned(report: Report, troubles: readonly Warning[]): Report {
  if (troubles.length === 0) return report;
  return {
    ...report,
    exitCode: Math.max(1, report.exitCode),
    warnings: [...report.warnings, ...troubles],
  };
}

/** Opens the files that a command's flags name for its report; null: that flag is not given. */
export function openFilesOf(flags: { readonly report: string | null; readonly prometheus?: string | null }) {
  const { report, prometheus = null } = flags;
  const wanted: WantedFile[] = [];
  if (report !== null)
    wanted.push({ path: report, what: 'The report', code: 'REPORT', textOf: reportPieces });
  if (prometheus !== null)
    wanted.push({
      path: prometheus,
      what: 'The metrics',
      code: 'METRICS',
      textOf: (one) => [prometheusText(one)],
    });
  return (around: Surroundings): Promise<Result<readonly ReportFile[], readonly Problem[]>> =>
    openReportFiles(wanted, around);
}

/** What a report must not replace: what the run itself reads, and where the outputs already go. */
export function filesInUse(inventory: Inventory): Surroundings['inUse'] {
  const secrets = secretReferences(inventory).flatMap((reference) =>
    reference.kind === 'file' ? [reference.path] : [],
  );
  const ca = inventory.marathon.caFile === null ? [] : [inventory.marathon.caFile];
  const hops = inventory.targets.flatMap((target) => [target, ...target.ssh.jumps]);
  const ssh = hops.flatMap(
    ({ ssh: { identityFiles, certificateFiles, knownHosts, globalKnownHosts, written } }) => [
      ...[...identityFiles, ...certificateFiles, ...knownHosts, ...globalKnownHosts],
      ...(written.configFile === undefined || written.configFile === 'none' ? [] : [written.configFile]),
    ],
  );
  return [
    { path: inventory.file, what: 'the inventory' },
    ...[...new Set([...secrets, ...ssh, ...ca])].map((path) => ({
      path,
      what: 'a file that the inventory names',
    })),
    { path: '/dev/fd/1', what: 'where standard output goes' },
    { path: '/dev/fd/2', what: 'where standard error goes' },
  ];
}
