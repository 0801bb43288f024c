import type { OutputFormat } from '../domain/request.ts';
import { createJson } from './json.ts';
import { createJunit } from './junit.ts';
import { createLines } from './lines.ts';
import { createLive } from './live.ts';
import { createNdjson } from './ndjson.ts';
import type { Output, OutputStyle, Streams } from './output.ts';

// A new output is one file and one line here (and its name in domain/request.ts).
const OUTPUTS: Readonly<
  Record<Exclude<OutputFormat, 'auto'>, (streams: Streams, style: OutputStyle) => Output>
> = {
  live: createLive,
  lines: createLines,
  json: createJson,
  ndjson: createNdjson,
  junit: createJunit,
};

/** Makes the output that was asked for; `auto` is resolved first. */
export function createOutput(
  format: Exclude<OutputFormat, 'auto'>,
  streams: Streams,
  style: OutputStyle,
): Output {
  return OUTPUTS[format](streams, style);
}

/**
 * What `auto` means here: `live` where standard error is a terminal, else `lines`. The live view is drawn on
 * standard error, so it is not to be had without one, even where it was asked for by name.
 */
export function resolveFormat(format: OutputFormat, streams: Streams): Exclude<OutputFormat, 'auto'> {
  if (format !== 'auto' && format !== 'live') return format;
  return streams.stderr.isTTY === true ? 'live' : 'lines';
}
