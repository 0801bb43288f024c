import { createTroubleTeller, jsonText } from './json.ts';
import type { Output, OutputStyle, Streams } from './output.ts';

/** One event a line on standard output, each with its `type`; the last is `{"type":"report","report":{…}}`. */
export function createNdjson(streams: Streams, style: OutputStyle): Output {
  const warn = createTroubleTeller(streams, style);
  return {
    event(event) {
      warn(event);
      streams.stdout.write(`${jsonText(event)}\n`);
    },
    async close() {},
  };
}
