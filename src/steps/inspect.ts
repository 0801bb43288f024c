import { ARCHIVE_LIMIT } from '../credential/archive.ts';
import type { Target } from '../domain/target.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import { type Look, readLook } from './look.ts';

/** What an agent says of its archive and of what is around it, without touching anything. */
export interface Inspection {
  readonly look: Look;
  /** Could the next archive be put there? */
  readonly room: (typeof ROOM)[number];
  /** Null where nobody in particular has to read it. */
  readonly taskUser: 'reads' | 'denied' | 'no-such-user' | 'cannot-tell' | null;
  /** Seconds since the archive was put there, by the agent's clock; null where it cannot tell. */
  readonly ageSeconds: number | null;
  /** What killed conversations left on the agent: paths, printable, a few. */
  readonly leftovers: readonly string[];
  /** Of the tools that only a check needs, those that the agent lacks. */
  readonly missing: readonly string[];
}

const ROOM = ['yes', 'no-space', 'read-only', 'unknown'] as const;
const READS: ReadonlyMap<string, NonNullable<Inspection['taskUser']>> = new Map([
  ['yes', 'reads'],
  ['no', 'denied'],
  ['nobody', 'no-such-user'],
  ['unknown', 'cannot-tell'],
]);
const TOOLS = ['df', 'head', 'tar'];
const MOST_LEFTOVERS = 10;

/** Asks for all that can be told of the archive, and has a copy of it kept to be unpacked. */
export function inspectVerb({ archive }: Target, taskUser: string | null): Verb {
  return { verb: 'inspect', path: archive.path, limit: ARCHIVE_LIMIT, taskUser: taskUser ?? '' };
}

/** Reads the answer; an error says what makes no sense in it. `asked`: was there a task user to try? */
export function readInspection(answer: Answer, asked: boolean): Result<Inspection, string> {
  const { fields, texts } = answer;
  if (answer.verb !== 'inspect') return err('it answered something else');
  const look = readLook(answer);
  if (!look.ok) return look;
  const room = ROOM.find((word) => word === fields.get('room'));
  const reads = READS.get(fields.get('reads') ?? '');
  const missing = fields.get('missing');
  if (room === undefined || missing === undefined || (asked && reads === undefined))
    return err('it did not say all that it was asked about the archive');
  const age = /^\d{1,12}$/.exec(fields.get('age') ?? '');
  const left = Buffer.from(texts.get('left') ?? []).toString('utf8');
  return ok({
    look: look.value,
    room,
    taskUser: asked ? (reads ?? null) : null,
    ageSeconds: age === null ? null : Number(age[0]),
    leftovers: left
      .split('\n')
      .filter((path) => path !== '')
      .slice(0, MOST_LEFTOVERS)
      .map((path) => printable(path, 300)),
    missing: TOOLS.filter((tool) => missing.split(',').includes(tool)),
  });
}
