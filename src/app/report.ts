import type { Report } from '../domain/report.ts';
import { secretReferences } from '../domain/secret-references.ts';
import type { Inventory, Warning } from '../domain/target.ts';
import type { ReportFile, Surroundings } from '../files/report-file.ts';
import { formatProblems } from '../inventory/problems.ts';
import type { Output } from '../output/output.ts';

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
  readonly file: ReportFile | null;
  readonly stderr: { write(text: string): unknown };
}

/**
 * Gives the report to the outputs and to `--report`, and gives it back as it ended. Where the file could not be
 * written, the report warns of that and its exit code is not 0. A file is written first, so that the outputs have
 * the same report; a terminal or a pipe last, behind all that they say.
 */
export async function deliver(report: Report, { output, file, stderr }: Delivery): Promise<Report> {
  let trouble = file?.apart ? await file.write(report) : null;
  output.event({ type: 'report', report: warned(report, trouble) });
  await output.close();
  if (file?.apart === false) trouble = await file.write(report);
  if (trouble !== null) stderr.write(formatProblems([trouble]));
  return warned(report, trouble);
}

function warned(report: Report, trouble: Warning | null): Report {
  if (trouble === null) return report;
  return { ...report, exitCode: Math.max(1, report.exitCode), warnings: [...report.warnings, trouble] };
}

/** What a report must not replace: what the run itself reads, and where the outputs already go. */
export function filesInUse(inventory: Inventory): Surroundings['inUse'] {
  const secrets = secretReferences(inventory).flatMap((reference) =>
    reference.kind === 'file' ? [reference.path] : [],
  );
  const hops = inventory.targets.flatMap((target) => [target, ...target.ssh.jumps]);
  const ssh = hops.flatMap(
    ({ ssh: { identityFiles, certificateFiles, knownHosts, globalKnownHosts, written } }) => [
      ...[...identityFiles, ...certificateFiles, ...knownHosts, ...globalKnownHosts],
      ...(written.configFile === undefined || written.configFile === 'none' ? [] : [written.configFile]),
    ],
  );
  return [
    { path: inventory.file, what: 'the inventory' },
    ...[...new Set([...secrets, ...ssh])].map((path) => ({ path, what: 'a file that the inventory names' })),
    { path: '/dev/fd/1', what: 'where standard output goes' },
    { path: '/dev/fd/2', what: 'where standard error goes' },
  ];
}
