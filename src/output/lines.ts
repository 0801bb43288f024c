import type { RunEvent } from '../domain/event.ts';
import type { AgentOutcome } from '../domain/outcome.ts';
import type { Report } from '../domain/report.ts';
import { formatDuration } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import { type Job, jobOf } from './job.ts';
import type { Output, OutputStyle, Sink, Streams } from './output.ts';
import { painter, styleFor } from './paint.ts';
import { summaryText } from './summary.ts';
import { pad, widthOf } from './width.ts';

const BEGINS: Readonly<Record<Job, string>> = {
  run: 'Preparing',
  'dry run': 'Dry run: looking at',
  check: 'Checking',
};
const LOGINS_PAUSED = 'Logins are paused for all agents: the registry asks to slow down';
const PAUSED: Readonly<Record<Job, string>> = {
  run: LOGINS_PAUSED,
  'dry run': LOGINS_PAUSED,
  check: 'The registry asks to slow down: for all agents it is asked later',
};
const DONE: Readonly<Record<Job, readonly [changed: string, unchanged: string]>> = {
  run: ['installed', 'unchanged'],
  'dry run': ['would install', 'would not change'],
  check: ['proven', 'proven'],
};

/** One line on standard error per agent as it finishes, and the summary on standard output. */
export function createLines(streams: Streams, style: OutputStyle): Output {
  const narrate = createNarrator(styleFor(streams.stderr, style));
  return {
    event(event) {
      const line = narrate(event);
      if (line !== null) streams.stderr.write(`${line}\n`);
      if (event.type === 'report') writeSummary(event.report, streams.stdout, style);
    },
    async close() {},
  };
}

/** Writes the summary, wrapped to the terminal's width or, in a file or a pipe, to a page's. */
export function writeSummary(report: Report, sink: Sink, style: OutputStyle): void {
  const columns = Math.max(40, Math.min(sink.columns || 100, 120));
  sink.write(summaryText(report, styleFor(sink, style), columns));
}

/** Tells a run as lines: what to print for an event (one line, escaped), or null for nothing. */
export function createNarrator(style: OutputStyle): (event: RunEvent) => string | null {
  const paint = painter(style.color);
  let nameWidth = 8;
  let job: Job = 'run';
  let saidPause = false;
  return (event) => {
    switch (event.type) {
      case 'run-started': {
        nameWidth = Math.min(32, Math.max(...event.agents.map(({ name }) => widthOf(printable(name))), 0));
        job = jobOf(event);
        const atOnce = event.agents.length > event.concurrency ? `, ${event.concurrency} at a time` : '';
        return `${BEGINS[job]} ${plural(event.agents.length, 'agent')}${atOnce} (${event.command} ${event.id})`;
      }
      case 'agent-waiting':
        if (event.for !== 'rate-limit' || saidPause) return null;
        saidPause = true;
        return paint('yellow', PAUSED[job]);
      case 'agent-finished': {
        const { outcome, done, total } = event;
        // Agents that were never started do not finish; the summary has one line for all of them.
        if (outcome.status === 'not-attempted') return null;
        const counter = `${String(done).padStart(String(total).length)}/${total}`;
        const name = pad(printable(outcome.name), Math.max(nameWidth, widthOf(printable(outcome.name))));
        const word = outcome.status === 'ok' ? 'ok' : outcome.status === 'failed' ? 'FAILED' : 'UNREACHABLE';
        const state = paint(outcome.status === 'ok' ? 'green' : 'red', pad(word, 11));
        return `${counter}  ${state}  ${name}  ${resultText(outcome, job)}  ${formatDuration(outcome.ms)}`;
      }
      case 'warning':
        return paint('yellow', printable(`Warning: ${event.warning.code}: ${event.warning.message}`));
      case 'interrupted':
        return paint('yellow', printable(event.message));
      default:
        return null;
    }
  };
}

/** What became of an agent, in a few words on one line: `installed, 3 checks`, or its first failure. */
export function resultText(outcome: AgentOutcome, job: Job): string {
  if (outcome.failure !== undefined) {
    const more = outcome.failures.length > 1 ? ` (and ${outcome.failures.length - 1} more)` : '';
    return printable(`${outcome.failure.code}  ${outcome.failure.message}${more}`);
  }
  const [changed, unchanged] = DONE[job];
  const done = outcome.changed === true ? changed : unchanged;
  const passed = outcome.checks.filter((check) => check.verdict === 'pass').length;
  return passed === 0 ? done : `${done}, ${plural(passed, 'check')}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
