import type { RunEvent } from '../domain/event.ts';
import { terminalSafe } from './findings.ts';
import { createNarrator } from './lines.ts';
import type { Output, OutputStyle, Streams } from './output.ts';
import { styleFor } from './paint.ts';

/** The report on standard output, and nothing else there; trouble, as it happens, on standard error. */
export function createJson(streams: Streams, style: OutputStyle): Output {
  const warn = createTroubleTeller(streams, style);
  return {
    event(event) {
      warn(event);
      if (event.type === 'report') streams.stdout.write(`${jsonText(event.report, 2)}\n`);
    },
    async close() {},
  };
}

/** JSON that is safe on a terminal. */
export function jsonText(value: unknown, indent?: number): string {
  // JSON.stringify escapes C0 controls and lone surrogates itself; line feeds here are its own indentation.
  return terminalSafe(JSON.stringify(value, null, indent));
}

/** For the formats that a program reads: on standard error only what an operator must not miss. */
export function createTroubleTeller(streams: Streams, style: OutputStyle): (event: RunEvent) => void {
  const narrate = createNarrator(styleFor(streams.stderr, style));
  return (event) => {
    const line = narrate(event);
    const quiet =
      event.type === 'run-started' || (event.type === 'agent-finished' && event.outcome.status === 'ok');
    if (line !== null && !quiet) streams.stderr.write(`${line}\n`);
  };
}
