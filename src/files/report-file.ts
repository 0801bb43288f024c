import { writeFile } from 'node:fs';
import { promisify } from 'node:util';
import type { Report } from '../domain/report.ts';
import type { Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { findPlace, identityOf, type Place, reasonOf } from './report-place.ts';
import { beginWholeFile } from './whole-file.ts';

/** A file that is made from a report in the end. */
export interface WantedFile {
  readonly path: string;
  /** What it is, to begin a sentence with: `The report`. */
  readonly what: string;
  /** Its problems are `<code>_UNWRITABLE` and, in the end, `<code>_NOT_WRITTEN`. */
  readonly code: string;
  readonly textOf: (report: Report) => Iterable<string>;
}

/** Where such a file goes. */
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
 * Makes sure, before any agent is contacted, that these files can be written, each to a place of its own: for a file,
 * one beside it is made now. All of them are opened, or none.
 */
export async function openReportFiles(
  wanted: readonly WantedFile[],
  around: Surroundings,
): Promise<Result<readonly ReportFile[], readonly Problem[]>> {
  const problems: Problem[] = [];
  const places = new Map<WantedFile, Place>();
  for (const one of wanted) {
    const place = await placeOf(one, around, places);
    if (place.ok) places.set(one, place.value);
    else problems.push(problemOf(one, place.error));
  }
  if (problems.length > 0) return err(problems);
  // Nothing is awaited from here on, so that no signal comes between making a file and knowing of it.
  const opened: ReportFile[] = [];
  for (const [one, place] of places) {
    try {
      opened.push(openAt(place, one, around));
    } catch (thrown) {
      problems.push(problemOf(one, reasonOf(thrown)));
    }
  }
  if (problems.length === 0) return ok(opened);
  for (const file of opened) file.discard();
  return err(problems);
}

/** Where it goes; or in words why it may not go there. */
async function placeOf(
  { path }: WantedFile,
  { stdout, inUse }: Surroundings,
  taken: ReadonlyMap<WantedFile, Place>,
): Promise<Result<Place, string>> {
  const found = await findPlace(path);
  if (!found.ok) return found;
  const place = found.value;
  for (const [other, its] of taken) if (isSame(its, place)) return err(`${lower(other.what)} goes there`);
  if (place.kind === 'descriptor') {
    if (place.descriptor === 0) return err('it is standard input');
    const isResult = place.descriptor === 1 && stdout === null;
    return isResult ? err('standard output has the result already, for a program') : found;
  }
  for (const { path: used, what } of place.existing === null ? [] : inUse) {
    if ((await identityOf(used).catch(() => null)) === place.existing?.identity) return err(`it is ${what}`);
  }
  return found;
}

function isSame(one: Place, other: Place): boolean {
  if (one.kind === 'file') return other.kind === 'file' && one.path === other.path;
  return other.kind === 'descriptor' && one.descriptor === other.descriptor;
}

/** Throws what the system says. */
function openAt(place: Place, wanted: WantedFile, { stdout, stderr }: Surroundings): ReportFile {
  if (place.kind === 'descriptor') {
    const stream = [null, stdout, stderr][place.descriptor] ?? null;
    const write = stream === null ? toDescriptor(place.descriptor) : toStream(stream);
    return { apart: false, write: attempting(wanted, (text) => write([...text].join(''))), discard() {} };
  }
  const file = beginWholeFile(place.path, place.existing);
  return { apart: true, write: attempting(wanted, file.write), discard: file.discard };
}

const toDescriptor = (descriptor: number) => (text: string) => promisify(writeFile)(descriptor, text);
const toStream = (stream: NodeJS.WritableStream) => (text: string) =>
  new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });

function attempting(
  { path, what, code, textOf }: WantedFile,
  write: (text: Iterable<string>) => Promise<void>,
): ReportFile['write'] {
  return async (report) => {
    try {
      await write(textOf(report));
      return null;
    } catch (thrown) {
      return {
        code: `${code}_NOT_WRITTEN`,
        message: `${what} could not be written to ${printable(path, 300)}: ${reasonOf(thrown)}.`,
        hint: `What the ${report.command} found or did on the agents stands; node-prep history ${report.id} shows it.`,
      };
    }
  };
}

function problemOf({ path, what, code }: WantedFile, reason: string): Problem {
  return {
    code: `${code}_UNWRITABLE`,
    message: `${what} cannot be written to ${printable(path, 300)}: ${reason}.`,
    hint: 'Name a file of its own, in a folder that exists and that you may write to.',
  };
}

const lower = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
