import { describe, expect, test } from 'vitest';
import type { OutputFormat } from '../../src/domain/request.ts';
import { createOutput, resolveFormat } from '../../src/output/index.ts';
import { eventsOf, failed, fakeSink, fakeStreams, PLAIN, prepared, reportOf, trouble } from './samples.ts';
import { createTerminal } from './terminal.ts';

const terminal = () => fakeSink({ columns: 80, rows: 24 });

describe('the format that is used', () => {
  test.each([
    ['auto on a terminal is live', 'auto', terminal(), terminal(), 'live'],
    [
      'auto with the result in a file is live: progress has the terminal',
      'auto',
      fakeSink(),
      terminal(),
      'live',
    ],
    ['auto with progress in a file is lines', 'auto', terminal(), fakeSink(), 'lines'],
    ['auto without a terminal is lines', 'auto', fakeSink(), fakeSink(), 'lines'],
    ['live without a terminal for it is lines', 'live', terminal(), fakeSink(), 'lines'],
    ['what was asked for by name stays', 'json', terminal(), terminal(), 'json'],
    ['lines stay lines on a terminal', 'lines', terminal(), terminal(), 'lines'],
  ] as const)('%s', (_, format, stdout, stderr, resolved) => {
    expect(resolveFormat(format, { stdout, stderr })).toBe(resolved);
  });
});

describe('every output', () => {
  const report = reportOf([prepared('a-1'), failed('a-2', trouble('a-2', 'REGISTRY_TLS'))]);
  const formats: Exclude<OutputFormat, 'auto'>[] = ['live', 'lines', 'json', 'ndjson', 'junit'];
  // ndjson prints as it goes; all the others print their result once, at the end.
  test.each(formats)('%s prints nothing but its result on standard output', async (format) => {
    const streams = { ...fakeStreams(), stderr: createTerminal(80, 24) };
    const output = createOutput(format, streams, PLAIN);
    for (const event of eventsOf(report).slice(0, -1)) output.event(event);
    const before = streams.stdout.text;
    if (format !== 'ndjson') expect(before).toBe('');
    output.event({ type: 'report', report });
    await output.close();
    expect(streams.stdout.text.endsWith('\n')).toBe(true);
    expect(streams.stdout.text).toContain('REGISTRY_TLS');
  });
});
