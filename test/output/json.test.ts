import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { createJson, jsonText } from '../../src/output/json.ts';
import { createNdjson } from '../../src/output/ndjson.ts';
import { anyText, eventsOf, failed, fakeStreams, PLAIN, prepared, reportOf, trouble } from './samples.ts';

const report = reportOf([prepared('a-1'), failed('a-2', trouble('a-2', 'REGISTRY_TLS', {}, 'said'))], {
  warnings: [{ code: 'CHECK_VACUOUS', message: 'proves nothing', hint: 'h' }],
});

function printed(create: typeof createJson, events: readonly RunEvent[] = eventsOf(report)) {
  const streams = fakeStreams();
  const output = create(streams, PLAIN);
  for (const event of events) output.event(event);
  return { stdout: streams.stdout.text, stderr: streams.stderr.text };
}

describe('json', () => {
  test('prints the report, indented by two, with one newline, and nothing else', () => {
    const { stdout } = printed(createJson);
    expect(stdout).toBe(`${JSON.stringify(report, null, 2)}\n`);
  });

  test('on standard error shows trouble, and not the agents that are well', () => {
    const lines = printed(createJson).stderr.split('\n');
    expect(lines).toEqual([
      'Warning: CHECK_VACUOUS: proves nothing',
      expect.stringMatching(/^2\/2 {2}FAILED {7}a-2 {2}REGISTRY_TLS/),
      '',
    ]);
  });

  test('an interruption is shown too', () => {
    expect(printed(createJson, [{ type: 'interrupted', message: 'Interrupted.' }])).toEqual({
      stdout: '',
      stderr: 'Interrupted.\n',
    });
  });

  test('whatever text it holds, the value is kept, and a terminal cannot be driven by it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = jsonText({ detail: text }, 2);
        expect(JSON.parse(json)).toEqual({ detail: text });
        expect(json.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test.each([
    ['C1 controls', '\u009b2J', '"\\u009b2J"'],
    ['direction marks', '\u202eabc', '"\\u202eabc"'],
    ['tag characters, as two units', '\u{e0041}', '"\\udb40\\udc41"'],
  ])('%s are written as escapes', (_, text, json) => {
    expect(jsonText(text)).toBe(json);
  });
});

describe('ndjson', () => {
  test('prints each event on a line of its own, the report last', () => {
    const events = eventsOf(report);
    const lines = printed(createNdjson).stdout.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ type: 'report', report });
  });

  test('a line break inside a text makes no second line', () => {
    const { stdout } = printed(createNdjson, [{ type: 'interrupted', message: 'one\ntwo\u2028three' }]);
    expect(stdout).toBe('{"type":"interrupted","message":"one\\ntwo\\u2028three"}\n');
  });
});
