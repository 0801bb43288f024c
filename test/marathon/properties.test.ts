import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FINDING_CODES } from '../../src/domain/finding.ts';
import { readApp } from '../../src/marathon/app.ts';
import { target } from '../support/fleet-samples.ts';
import { AROUND, allCorrected, faultyApp } from './faulty-apps.ts';
import { around, corrected, correctionOf, findingsOf, type Members, partAt } from './support.ts';

/** Reading ends with a value, and so does everything that can be asked of it. */
function readAll(text: string) {
  const { app, findings } = readApp(text);
  app?.checks(target('gpu-1'));
  app?.mayRunOn(target('gpu-1'));
  return findings(around);
}

const NAMES = [
  'id',
  'app',
  'fetch',
  'uris',
  'uri',
  'container',
  'docker',
  'image',
  'type',
  'healthChecks',
  'command',
];
const MORE = [
  'value',
  'protocol',
  'env',
  'secrets',
  'constraints',
  'parameters',
  'toString',
  '__proto__',
  'x\u202e',
];
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      'COMMAND',
      'DOCKER',
      'file:/x',
      'hostname',
      'LIKE',
      'a\u202e\n',
    ),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES, ...MORE), tie('value'), { maxKeys: 6 }),
  ),
})).value;

describe('reading an app is total', () => {
  test('over any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()),
        (text) => void readAll(text),
      ),
    );
  });

  test('over any JSON, with findings that are safe to print', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, fc.record({ app: anyJson })), (value) => {
        for (const finding of readAll(JSON.stringify(value))) {
          expect(FINDING_CODES).toContain(finding.code);
          const all = finding.message + finding.hint + finding.path;
          expect(all).not.toMatch(
            /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u{e0000}-\u{e007f}]/u,
          );
          expect(finding.message + finding.path).not.toContain('\n');
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('a finding', () => {
  test('points at its part of the text', () => {
    fc.assert(
      fc.property(faultyApp, (app) => {
        const text = JSON.stringify(app);
        for (const { path, line, column } of findingsOf(app, AROUND)) {
          expect(line).toBe(1);
          expect(text.slice(column - 1).startsWith(JSON.stringify(partAt(app, path)))).toBe(true);
        }
        const lines = JSON.stringify(app, null, 2).split('\n');
        for (const { path, line, column } of readApp(lines.join('\n')).findings(AROUND)) {
          const [first = ''] = JSON.stringify(partAt(app, path), null, 2).split('\n');
          expect(lines[line - 1]?.slice(column - 1).startsWith(first)).toBe(true);
        }
      }),
      { numRuns: 120 },
    );
  });

  test('comes in the order of the text', () => {
    fc.assert(
      fc.property(faultyApp, (app) => {
        const places = readApp(JSON.stringify(app, null, 2)).findings(AROUND);
        for (const [index, { line, column }] of places.slice(1).entries()) {
          const before = places[index] ?? { line: 0, column: 0 };
          expect(before.line < line || (before.line === line && before.column <= column)).toBe(true);
        }
      }),
      { numRuns: 120 },
    );
  });

  test('is gone once its correction is pasted', () => {
    fc.assert(
      fc.property(faultyApp, (app) => {
        for (const finding of findingsOf(app, AROUND)) {
          expect(correctionOf(finding), finding.hint).not.toBeNull();
          const better = corrected(app, finding) as Members;
          const left = findingsOf(better, AROUND).filter(
            ({ code, path, message }) =>
              code === finding.code && path === finding.path && message === finding.message,
          );
          expect(left, JSON.stringify({ app, finding, better })).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of every kind is among those that these apps have', () => {
    const apps = fc.sample(faultyApp, { seed: 4, numRuns: 1_000 });
    const codes = new Set(apps.flatMap((app) => findingsOf(app, AROUND)).map(({ code }) => code));
    expect([...codes].toSorted()).toEqual(FINDING_CODES.toSorted());
  });

  test('after the other is corrected, until nothing is left', () => {
    fc.assert(
      fc.property(faultyApp, (app) => {
        expect(findingsOf(allCorrected(app), AROUND)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});
