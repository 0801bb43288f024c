import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Block, Doubt, Included, Place, SetLine, Where } from './config.ts';
import { includePath } from './include-path.ts';
import { type IncludeLine, type Origin, parseConfig } from './parse.ts';
import { invalid } from './place.ts';

/** What became of reading a file. `unreadable` and `refused` say why, in words that go on after "because". */
export type Reading =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** The disk, as far as ssh_config needs it. Neither ever rejects. */
export interface ConfigDisk {
  /** `private`: refused where others could have written it, as ssh does. */
  read(path: string, isPrivate: boolean): Promise<Reading>;
  /** The files that match an absolute pattern of glob(7), in order. */
  glob(pattern: string): Promise<readonly string[]>;
}

/** readconf.c: READCONF_MAX_DEPTH. */
const DEEPEST = 16;
const MOST_FILES = 1_000;
const MOST_TEXT = 8 * 1024 * 1024;

/** Of one loading of ssh_config. */
export interface State {
  readonly disk: ConfigDisk;
  readonly where: Where;
  readonly problems: Problem[];
  readonly doubts: Doubt[];
  files: number;
  text: number;
  /** A `Match final` has been read. */
  final: boolean;
  /** Too much was included: nothing more is read. */
  full: boolean;
}

/** The blocks of a file, those of its includes in their places. */
export async function include(
  text: string,
  origin: Origin,
  depth: number,
  state: State,
): Promise<readonly Block[]> {
  state.files += 1;
  state.text += text.length;
  const { lines, problems, doubts } = parseConfig(text, origin);
  state.problems.push(...problems);
  state.doubts.push(...doubts);
  let body: (SetLine | Included)[] = [];
  const blocks: Block[] = [{ when: null, body }];
  for (const line of lines) {
    if (line.kind === 'match') state.final ||= line.criteria.some(({ kind }) => kind === 'final');
    if (line.kind === 'host' || line.kind === 'match') {
      body = [];
      blocks.push({ when: line, body });
    } else if (line.kind === 'set') body.push(line);
    else body.push({ kind: 'include', files: await readIncluded(line, origin, depth, state) });
  }
  return blocks;
}

async function readIncluded(
  { patterns, place }: IncludeLine,
  { fromUser }: Origin,
  depth: number,
  state: State,
): Promise<readonly (readonly Block[])[]> {
  const files: (readonly Block[])[] = [];
  for (const pattern of patterns) {
    for (const file of await find(pattern, fromUser, place, state)) {
      if (state.full) return files;
      const reading = await state.disk.read(file, true);
      if (reading.kind === 'refused') state.problems.push(refused(file, reading.reason));
      if (reading.kind === 'unreadable')
        state.problems.push(invalid(`Include cannot read ${printable(file, 300)}: ${reading.reason}`, place));
      if (reading.kind !== 'text') continue;
      const limit = limitReached(depth, state);
      if (limit === null) files.push(await include(reading.text, { file, fromUser }, depth + 1, state));
      else state.problems.push(invalid(`Include ${limit}: does a file include itself?`, place));
      state.full ||= limit !== null;
    }
  }
  return files;
}

/** The files of one pattern, in order. Only a user's file may say `~`. */
async function find(
  pattern: string,
  fromUser: boolean,
  place: Place,
  state: State,
): Promise<readonly string[]> {
  const path = includePath(pattern, fromUser, place, state.where);
  if (path !== null && typeof path !== 'string') state.doubts.push(path);
  const allowed = fromUser || !pattern.startsWith('~');
  if (!allowed) state.problems.push(invalid(`Include takes no ~ here: ${printable(pattern, 300)}`, place));
  return allowed && typeof path === 'string' ? state.disk.glob(path) : [];
}

function limitReached(depth: number, { files, text }: State): string | null {
  if (depth >= DEEPEST) return `goes deeper than ${DEEPEST} files`;
  if (files >= MOST_FILES) return 'leads to more than 1,000 files';
  return text > MOST_TEXT ? 'leads to more than 8 MiB of text' : null;
}

/** The problem of a file that others could have written. */
export function refused(file: string, reason: string): Problem {
  return {
    code: 'SSH_CONFIG_PERMISSIONS',
    message: `${printable(file, 300)} is refused, as ssh does, because ${reason}.`,
    hint: `Whoever can write it decides where you connect to. chmod 600 it, and see that it is yours.`,
  };
}
