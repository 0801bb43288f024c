import type { StepId } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { stepsOf, stepWord } from './job.ts';
import { resultText } from './lines.ts';
import type { Progress } from './live-progress.ts';
import { clock, columnFor, nameColumn } from './live-text.ts';
import type { Paint } from './paint.ts';
import { pad, truncate, widthOf } from './width.ts';

/** The view of many agents: how far the fleet is with one step, `login  ██████▒░░░░  478 of 1000, 12 out`. */
export function barLine(progress: Progress, step: StepId, columns: number, paint: Paint): string {
  const { passed, out } = progress.steps[step];
  const { total } = progress;
  const words = stepsOf(progress.job).map((id) => stepWord(id, progress.job));
  const label = stepWord(step, progress.job).padEnd(Math.max(...words.map((word) => word.length)) + 2);
  const count = `  ${String(passed).padStart(String(total).length)} of ${total}${out > 0 ? `, ${out} out` : ''}`;
  // The room for the widest count is kept free from the start, so that the bar never changes its length.
  const width = Math.min(60, columns - label.length - `  ${total} of ${total}, ${total} out`.length);
  if (width < 6) return truncate(label + count.trim(), columns);
  const lost = out === 0 ? 0 : Math.min(width, Math.max(1, Math.round((width * out) / total)));
  const full = Math.min(width - lost, Math.floor((width * passed) / total));
  const rest = '░'.repeat(width - lost - full);
  return `${label}${paint('green', '█'.repeat(full))}${paint('red', '▒'.repeat(lost))}${paint('dim', rest)}${count}`;
}

/** The last agents that are not ok, as many as fit into `room` lines, under a line that says how many there are. */
export function troubleLines(progress: Progress, room: number, columns: number, paint: Paint): string[] {
  const count = progress.done.failed + progress.done.unreachable;
  if (count === 0 || room < 2) return [];
  const shown = progress.troubled.slice(1 - room);
  const title = count > shown.length ? `Not ok: ${count}, the last ${shown.length}` : `Not ok: ${count}`;
  const width = nameColumn(shown, columns);
  return [
    paint('bold', truncate(title, columns)),
    ...shown.map((outcome) => {
      const start = truncate(`${pad(printable(outcome.name), width)}  `, columns - 2);
      return `${paint('red', '✖')} ${start}${truncate(resultText(outcome, progress.job), columns - 2 - widthOf(start))}`;
    }),
  ];
}

const GAP = 2;
const STATE_WIDTH = 14;
const SLOW_MS = 5_000;

/** Draws the agents at work, as many as fit into `room` lines. */
export type WorkView = (
  progress: Progress,
  room: number,
  columns: number,
  now: number,
  paint: Paint,
) => string[];

/** Makes a `WorkView`: an agent keeps its place while it is at work, so that the list does not jump about. */
export function createWorkView(): WorkView {
  let places: string[] = [];
  return (progress, room, columns, now, paint) => {
    const width = Math.min(columnFor(progress.longestName, columns), Math.max(1, columns - STATE_WIDTH - 1));
    const perLine = Math.max(1, Math.floor((columns + GAP) / (width + 1 + STATE_WIDTH + GAP)));
    places = refill(places, progress, Math.max(0, room - 1) * perLine);
    if (places.length === 0) return [];
    const cells = places.map((name) => {
      const agent = progress.working.get(name);
      if (agent === undefined) return ' '.repeat(width + 1 + STATE_WIDTH);
      const ms = now - agent.since;
      // Only an agent that takes long has its time shown: the others would only flicker.
      const step = agent.step === null ? 'start' : stepWord(agent.step, progress.job);
      const state = `${agent.waiting === null ? step : 'waits'}${ms < SLOW_MS ? '' : ` ${clock(ms)}`}`;
      const shown = truncate(`${pad(printable(name), width)} ${pad(state, STATE_WIDTH)}`, columns);
      return ms < SLOW_MS ? shown : paint('yellow', shown);
    });
    const lines: string[] = [];
    for (let index = 0; index < cells.length; index += perLine) {
      lines.push(cells.slice(index, index + perLine).join(' '.repeat(GAP)));
    }
    return [paint('bold', truncate('At work', columns)), ...lines];
  };
}

// A place that falls free goes to the agent that is longest at work among those not shown: whoever hangs is seen.
// Towards the end, when most places stay free, those left move together.
function refill(before: readonly string[], progress: Progress, size: number): string[] {
  const after = before.slice(0, size).map((name) => (progress.working.has(name) ? name : ''));
  const shown = new Set(after);
  const others = [...progress.working.keys()].filter((name) => !shown.has(name));
  for (let index = 0; index < size && others.length > 0; index += 1) {
    if ((after[index] ?? '') === '') after[index] = others.shift() ?? '';
  }
  const taken = after.filter((name) => name !== '');
  if (taken.length * 2 < after.length) return taken;
  while (after.at(-1) === '') after.pop();
  return after;
}
