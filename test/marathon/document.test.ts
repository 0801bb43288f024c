import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDocument } from '../../src/marathon/document.ts';
import { jsonPath, jsonText, type Way } from '../../src/marathon/json.ts';
import { steps } from './support.ts';

const places = (text: string, ...ways: Way[]) => {
  const read = readDocument(text);
  if (!read.ok) throw new Error(read.error.why);
  return ways.map((way) => Object.values(read.value.placeOf(way)).join(':'));
};

describe('a document', () => {
  test('remembers where its parts begin', () => {
    const text = '{\r\n  "a": [1,\n\t{"b c": "x"}],\n  "d": null\n}';
    const ways: Way[] = [[], ['a'], ['a', 0], ['a', 1], ['a', 1, 'b c'], ['d']];
    expect(places(text, ...ways)).toEqual(['1:1', '2:8', '2:9', '3:2', '3:10', '4:8']);
  });

  test('tells of a part that is not there where the part around it begins', () => {
    const text = '{"a": [1]}';
    expect(places(text, ['b'], ['a', 7, 'x'], ['a', 'x'], ['a', 0, 'x'])).toEqual([
      '1:1',
      '1:7',
      '1:7',
      '1:8',
    ]);
  });

  test('takes the last of several members, as JSON.parse does', () => {
    const read = readDocument('{"a": 1, "a": {"b": 2, "b": 3}, "a": 4}');
    expect(read.ok && read.value.value).toEqual({ a: 4 });
    expect(read.ok && read.value.repeated).toEqual([['a', 'b'], ['a']]);
    expect(places('{"a": 1, "a": 2}', ['a'])).toEqual(['1:15']);
  });

  const almostJson = fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"',
        '1',
        '-',
        '01',
        '1e',
        'null',
        'nul',
        ' ',
        '\n',
        '\\',
        '/*',
        '//',
        '\u00a0',
        '\u0001',
        "'",
      ),
      {
        maxLength: 14,
      },
    )
    .map((parts) => parts.join(''));

  test('is taken where JSON.parse takes it, and nowhere else', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(almostJson, fc.string(), fc.json()), (text) => {
        const read = readDocument(text);
        const expected = parsed(text);
        expect(read.ok).toBe(expected !== undefined);
        if (read.ok) {
          taken += 1;
          expect(read.value.value).toEqual(expected);
        } else {
          expect(read.error.why).not.toBe('');
          expect(text.split(/\r\n|\n|\r/)[read.error.line - 1]).toBeDefined();
        }
      }),
      { numRuns: 800 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('a JSONPath', () => {
  test.each<[Way, string]>([
    [[], '$'],
    [['healthChecks', 1, 'command'], '$.healthChecks[1].command'],
    [['a b'], "$['a b']"],
    [['a.b', 'c-d', '1'], "$['a.b']['c-d']['1']"],
    [["it's", '\\', ''], "$['it\\'s']['\\\\']['']"],
    [['\n\t\r\u0000\u202e'], "$['\\n\\t\\r\\u0000\\u202e']"],
  ])('%j is %s', (way, path) => {
    expect(jsonPath(way)).toBe(path);
  });

  test('leads back to where it came from, and is printable', () => {
    const step = fc.oneof(fc.nat(99), fc.string({ unit: 'binary' }), fc.string());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), (way) => {
        const path = jsonPath(way);
        expect(steps(path)).toEqual(way);
        expect(path).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u{e0000}-\u{e007f}]/u);
      }),
    );
  });
});

test('JSON for people is JSON, and drives no terminal', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = jsonText(value as never);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u{e0000}-\u{e007f}]/u);
    }),
  );
});
