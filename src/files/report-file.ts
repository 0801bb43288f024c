import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchmodSync, fchownSync, openSync, rmSync, writeFile } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Report } from '../domain/report.ts';
import type { Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type Existing, findPlace, identityOf, reasonOf } from './report-place.ts';

/** Where `--report` goes. */
export interface ReportFile {
  /** False where outputs may write too (a terminal, a pipe): then the report waits until they are done. */
  readonly apart: boolean;
  /** Writes the report: into a file whole or not at all. Never rejects; a warning says why it could not. */
  write(report: Report): Promise<Warning | null>;
  /** Forgets about it: nothing is left behind. At once, so that it can be done right before the program ends. */
  discard(): void;
}

/** What a report must keep clear of, and what it may share. */
export interface Surroundings {
  /** Null where what goes there is read by a program, which a report in between would confuse. */
  readonly stdout: NodeJS.WritableStream | null;
  readonly stderr: NodeJS.WritableStream;
  /** Files that this run reads or writes itself, and what they are, in words. */
  readonly inUse: readonly { readonly path: string; readonly what: string }[];
}

/**
 * Makes sure, before any agent is contacted, that the report can be written. For a file, one beside it is made now
 * and renamed in the end; it gets the mode of the file that it replaces and, where that is allowed, its owner.
 */
export async function openReportFile(
  path: string,
  { stdout, stderr, inUse }: Surroundings,
): Promise<Result<ReportFile, readonly Problem[]>> {
  const shown = printable(path, 300);
  const found = await findPlace(path);
  if (!found.ok) return unwritable(shown, found.error);
  const place = found.value;

  if (place.kind === 'descriptor') {
    const stream = [null, stdout, stderr][place.descriptor];
    if (stream === null) return unwritable(shown, 'standard output has the result already, for a program');
    const write = stream === undefined ? toDescriptor(place.descriptor) : toStream(stream);
    return ok({ apart: false, write: (report) => attempt(shown, report, write), discard() {} });
  }

  for (const { path: used, what } of place.existing === null ? [] : inUse) {
    if ((await identityOf(used).catch(() => null)) === place.existing?.identity)
      return unwritable(shown, `it is ${what}`);
  }
  const temporary = join(dirname(place.path), `.node-prep-report.${randomUUID()}.tmp`);
  const discard = () => {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Its folder has changed meanwhile; the run does not fail for that.
    }
  };
  try {
    // Nothing is awaited from here on, so that no signal comes between making the file and knowing of it.
    makeLike(temporary, place.existing);
  } catch (thrown) {
    return unwritable(shown, reasonOf(thrown));
  }
  const write = async (report: Report) => {
    const handle = await open(temporary, constants.O_WRONLY);
    try {
      await handle.writeFile(pieces(report));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place.path);
  };
  return ok({ apart: true, write: (report) => attempt(shown, report, write), discard });
}

const toDescriptor = (descriptor: number) => (report: Report) =>
  promisify(writeFile)(descriptor, textOf(report));
const toStream = (stream: NodeJS.WritableStream) => (report: Report) =>
  new Promise<void>((resolve, reject) => {
    stream.write(textOf(report), (error) => (error ? reject(error) : resolve()));
  });

const textOf = (report: Report) => [...pieces(report)].join('');

/** How many agents' outcomes are in memory as text at once. */
const AT_ONCE = 250;

/** The report as JSON. That of ten thousand agents has 15 MB: as a whole, and again as bytes, it would double the program. */
function* pieces(report: Report): Generator<string> {
  const { agents } = report;
  const [before, after] = JSON.stringify({ ...report, agents: [] }, null, 2).split('"agents": []');
  yield `${before}"agents": [`;
  for (let at = 0; at < agents.length; at += AT_ONCE) {
    const text = agents.slice(at, at + AT_ONCE).map((agent) => JSON.stringify(agent, null, 2));
    // Not by ^ and the flag m, which also finds the U+2028 of a string.
    yield `${at === 0 ? '' : ','}\n    ${text.join(',\n').replaceAll('\n', '\n    ')}`;
  }
  yield `${agents.length === 0 ? '' : '\n  '}]${after}\n`;
}

function makeLike(path: string, existing: Existing | null): void {
  const descriptor = openSync(path, 'wx', existing?.mode ?? 0o644);
  try {
    if (existing === null) return;
    try {
      fchownSync(descriptor, existing.uid, existing.gid);
    } catch {
      // Only root may give files away; the operator's own are right as they are.
    }
    fchmodSync(descriptor, existing.mode);
  } finally {
    closeSync(descriptor);
  }
}

async function attempt(
  shown: string,
  report: Report,
  write: (report: Report) => Promise<void>,
): Promise<Warning | null> {
  try {
    await write(report);
    return null;
  } catch (thrown) {
    return {
      code: 'REPORT_NOT_WRITTEN',
      message: `The report could not be written to ${shown}: ${reasonOf(thrown)}.`,
      hint: `What the run did to the agents stands; node-prep history ${report.id} shows it.`,
    };
  }
}

function unwritable(
  shown: string,
  reason: string,
): { readonly ok: false; readonly error: readonly Problem[] } {
  const message = `The report cannot be written to ${shown}: ${reason}.`;
  const hint = 'Name a file of its own, in a folder that exists and that you may write to.';
  return err([{ code: 'REPORT_UNWRITABLE', message, hint }]);
}
