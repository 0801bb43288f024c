import { parseImage } from '../domain/image.ts';
import { appChecks } from './checks.ts';
import { hostnameConstraints } from './constraints.ts';
import { type NotJson, readDocument } from './document.ts';
import { judge } from './findings.ts';
import { jsonPath, member, type Way } from './json.ts';
import { findApp } from './kind.ts';
import type { ReadApp } from './reading.ts';
import { shapeOf } from './shape.ts';

export type { App, ReadApp, Surroundings } from './reading.ts';

/** Reads an app definition as Marathon takes it; any text gives a value. */
export function readApp(text: string): ReadApp {
  const read = readDocument(text);
  if (!read.ok) return notJson(read.error);
  const found = findApp(read.value.value);
  if ('message' in found) return noApp([], { ...read.value.placeOf([]), ...found });
  const shape = shapeOf(found.app, found.way);
  const user = member(found.app, 'user');
  return {
    app: {
      image: shape.image === null ? null : parseImage(shape.image),
      user: typeof user === 'string' && user !== '' ? user : null,
      checks: (target) => appChecks(shape.commandChecks, target.checks),
      mayRunOn: hostnameConstraints(found.app),
    },
    findings: (around) => judge(read.value, shape, around),
  };
}

function notJson({ why, ...place }: NotJson): ReadApp {
  return noApp([], {
    ...place,
    message: `This is no JSON: ${why}. Marathon refuses it.`,
    hint: 'Correct it there; Marathon takes strict JSON.',
  });
}

function noApp(
  way: Way,
  words: { readonly line: number; readonly column: number; readonly message: string; readonly hint: string },
): ReadApp {
  const { line, column, message, hint } = words;
  const path = jsonPath(way);
  return {
    app: null,
    findings: () => [{ code: 'APP_INVALID', severity: 'error', path, line, column, message, hint }],
  };
}
