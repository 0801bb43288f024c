import type { WaitReason } from '../domain/event.ts';
import { STEP_IDS } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { type Job, stepsOf } from './job.ts';
import { agentLines } from './live-agents.ts';
import { barLine, createWorkView, troubleLines } from './live-fleet.ts';
import type { Progress } from './live-progress.ts';
import { clock } from './live-text.ts';
import type { Colour, Paint } from './paint.ts';
import { truncate, widthOf, wrap } from './width.ts';

/** The window of the terminal, in characters. */
export interface Window {
  readonly columns: number;
  readonly rows: number;
}

/** Lines of a frame that belong together: those of one agent, of one step, of the failures. */
export interface Block {
  readonly key: string;
  readonly lines: readonly string[];
}

/** Draws a run as blocks that fit a window together: at most `rows` - 1 lines (the cursor has the last), none wider. */
export type Frame = (progress: Progress, window: Window, now: number, spinner: string) => Block[];

// Up to so many agents have a line each, where the window has room for them.
const FEW = 16;
// From so many rows on, the groups of a frame are set apart by empty lines.
const AIRY_ROWS = 16;

/** The keys of all blocks that a frame of this run may have, in the order in which they are drawn. */
export function blockKeys(progress: Progress): string[] {
  const agents = progress.total <= FEW ? [...progress.agents.keys()].map((name) => `agent ${name}`) : [];
  return ['run', ...agents, ...STEP_IDS, 'trouble', 'work', 'notice'];
}

/** Makes a `Frame` that paints with `paint`. */
export function createFrame(paint: Paint): Frame {
  const workLines = createWorkView();
  return (progress, window, now, spinner) => {
    const { columns, rows } = window;
    const airy = rows >= AIRY_ROWS;
    const head = [{ key: 'run', lines: [headLine(progress, columns, now, paint)] }];
    // The notice's lines stay free where there is none: the rest does not move when one comes.
    const noticeRoom = airy ? 2 : 1;
    const notice = [{ key: 'notice', lines: noticeLines(progress, noticeRoom, columns, paint) }];
    let room = rows - 1 - 1 - noticeRoom;
    if (progress.total <= FEW && progress.total + (airy ? 2 : 0) <= room) {
      const lines = agentLines(progress, columns, now, spinner, paint);
      const agents = [...progress.agents.keys()].map((name, index) => ({
        key: `agent ${name}`,
        lines: lines.slice(index, index + 1),
      }));
      return arrange(rows, [head, agents, notice]);
    }
    if (airy) room -= 4;
    const bars =
      room < 9
        ? []
        : stepsOf(progress.job).map((step) => ({
            key: step,
            lines: [barLine(progress, step, columns, paint)],
          }));
    room -= bars.length;
    const trouble = { key: 'trouble', lines: troubleLines(progress, Math.ceil(room / 2), columns, paint) };
    const work = {
      key: 'work',
      lines: workLines(progress, room - trouble.lines.length, columns, now, paint),
    };
    return arrange(rows, [head, bars, [trouble], [work], notice]);
  };
}

// The blocks that have lines; where there is room, each group but the last ends in an empty line. In a window of
// only a few rows the first ones are kept.
function arrange(rows: number, groups: readonly (readonly Block[])[]): Block[] {
  const full = groups
    .map((group) => group.filter(({ lines }) => lines.length > 0))
    .filter((group) => group.length > 0);
  let room = rows - 1;
  return full.flatMap((group, index) =>
    group.map(({ key, lines }, place) => {
      const apart = rows >= AIRY_ROWS && place === group.length - 1 && index < full.length - 1;
      const kept = (apart ? [...lines, ''] : lines).slice(0, Math.max(0, room));
      room -= kept.length;
      return { key, lines: kept };
    }),
  );
}

const HEADS: Readonly<Record<Job, string>> = { run: 'Preparing', 'dry run': 'Dry run', check: 'Checking' };

function headLine(progress: Progress, columns: number, now: number, paint: Paint): string {
  const { done, total, working } = progress;
  const finished = done.ok + done.failed + done.unreachable + done['not-attempted'];
  const parts: readonly (readonly [number, string, Colour])[] = [
    [1, `${HEADS[progress.job]}  ${finished}/${total} agents`, 'bold'],
    [1, clock(now - progress.startedAt), 'dim'],
    [done.ok, `${done.ok} ok`, 'green'],
    [done.failed, `${done.failed} failed`, 'red'],
    [done.unreachable, `${done.unreachable} unreachable`, 'red'],
    [done['not-attempted'], `${done['not-attempted']} not attempted`, 'yellow'],
    [working.size, `${working.size} at work`, 'cyan'],
  ];
  let left = columns;
  let line = '';
  for (const [count, text, colour] of parts) {
    if (count === 0) continue;
    const shown = truncate(line === '' ? text : `  ${text}`, left);
    left -= widthOf(shown);
    line += paint(colour, shown);
  }
  return line;
}

/** What to say of agents that wait, the most pressing first. */
const WAITS: readonly (readonly [WaitReason, words: (who: string) => string])[] = [
  ['rate-limit', (who) => `The registry asks to slow down: ${who} to ask it again`],
  ['credential-proof', (who) => `${who} while another proves the credential`],
  ['ssh-password-proof', (who) => `${who} while another proves the SSH password`],
  ['become-password-proof', (who) => `${who} while another proves the password for sudo`],
  ['retry', (who) => `${who} to try again: busy, or not reached`],
];

function noticeLines(progress: Progress, room: number, columns: number, paint: Paint): string[] {
  const waiting = new Map<WaitReason, number>();
  for (const agent of progress.working.values()) {
    if (agent.waiting !== null) waiting.set(agent.waiting, (waiting.get(agent.waiting) ?? 0) + 1);
  }
  const waits = WAITS.map(([reason, words]) => {
    const count = waiting.get(reason) ?? 0;
    return count === 0 ? '' : words(count === 1 ? '1 agent waits' : `${count} agents wait`);
  });
  const said = [progress.notice ?? '', ...waits].find((text) => text !== '');
  if (said === undefined) return [];
  const lines = wrap(printable(said), columns);
  const kept = lines.length > room ? [...lines.slice(0, room - 1), lines.slice(room - 1).join(' ')] : lines;
  return kept.map((line) => paint('yellow', truncate(line, columns)));
}
