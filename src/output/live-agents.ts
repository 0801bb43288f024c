import type { StepId } from '../errors/failure.ts';
import { formatDuration } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import { type Job, stepsOf } from './job.ts';
import { resultText } from './lines.ts';
import type { AgentProgress, Progress } from './live-progress.ts';
import { clock, nameColumn } from './live-text.ts';
import type { Colour, Paint } from './paint.ts';
import { pad, truncate, widthOf } from './width.ts';

/** The view of a few agents: a line for each, in inventory order, of at most `columns`. */
export function agentLines(
  progress: Progress,
  columns: number,
  now: number,
  spinner: string,
  paint: Paint,
): string[] {
  const agents = [...progress.agents.values()];
  const width = nameColumn(agents, columns);
  return agents.map((agent) => {
    const { glyph, colour, time, text } = show(agent, progress.job, now, spinner);
    const start = truncate(`${pad(printable(agent.name), width)}  ${time.padStart(6)}  `, columns - 2);
    return `${paint(colour, glyph)} ${start}${paint(colour, truncate(text, columns - 2 - widthOf(start)))}`;
  });
}

interface Shown {
  readonly glyph: string;
  readonly colour: Colour;
  readonly time: string;
  readonly text: string;
}

function show(agent: AgentProgress, job: Job, now: number, spinner: string): Shown {
  const { outcome, step, waiting, passed } = agent;
  if (outcome?.status === 'not-attempted')
    return { glyph: '-', colour: 'dim', time: '', text: 'not attempted' };
  if (outcome !== null) {
    const look =
      outcome.status === 'ok'
        ? ({ glyph: '✔', colour: 'green' } as const)
        : ({ glyph: '✖', colour: 'red' } as const);
    return { ...look, time: formatDuration(outcome.ms), text: resultText(outcome, job) };
  }
  if (step === null && waiting === null) return { glyph: '·', colour: 'dim', time: '', text: 'queued' };
  const steps = stepsOf(job);
  const full = steps.filter((id) => passed.has(id)).length;
  const cells = '█'.repeat(full) + '░'.repeat(steps.length - full);
  const words = job === 'check' ? CHECKING : DOING;
  const doing = waiting !== null ? 'waiting' : step === null ? 'starting' : words[step];
  return { glyph: spinner, colour: 'cyan', time: clock(now - agent.since), text: `${cells}  ${doing}` };
}

const DOING: Readonly<Record<StepId, string>> = {
  connect: 'connecting',
  become: 'becoming root',
  login: 'logging in',
  pack: 'packing',
  install: 'installing',
  verify: 'verifying',
};

const CHECKING: typeof DOING = { ...DOING, install: 'looking at the archive', verify: 'proving it' };
