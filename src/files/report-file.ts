import { randomUUID } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Report } from '../domain/report.ts';
import { OperatorError } from '../errors/failure.ts';

/** Where `--report` goes. */
export interface ReportFile {
  /** Writes the report there, whole or not at all. */
  write(report: Report): Promise<void>;
  /** Forgets about it: nothing is left behind. */
  discard(): Promise<void>;
}

/**
 * Makes sure, before any agent is contacted, that the report can be written: a temporary file beside it is opened
 * now and renamed in the end. Throws an OperatorError where it can't.
 */
export async function openReportFile(path: string): Promise<ReportFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    await handle.close();
  } catch (thrown) {
    const reason = (thrown as NodeJS.ErrnoException).code ?? String(thrown);
    const hint = 'Name a file in a folder that exists and that you may write to.';
    throw new OperatorError(
      'REPORT_UNWRITABLE',
      `The report cannot be written to ${path} (${reason}).`,
      hint,
    );
  }
  return {
    async write(report) {
      await writeFile(temporary, `${JSON.stringify(report, null, 2)}\n`);
      await rename(temporary, path);
    },
    discard: () => rm(temporary, { force: true }),
  };
}
