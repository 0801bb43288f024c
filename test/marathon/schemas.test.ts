import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readApp } from '../../src/marathon/app.ts';
import { allCorrected, faultyApp } from './faulty-apps.ts';
import { app, check, corrected, findingsOf, found, type Members, type Value, withDocker } from './support.ts';

// Marathon's own schemas and example apps (mesosphere/marathon, Apache-2.0) lie beside the repository where the tool
// is developed, and are no part of it.
const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'marathon');
const present = existsSync(FOLDER);
if (!present)
  console.log(
    'Skipped: cross-check with the schemas and apps of Marathon itself: missing ../shared/marathon',
  );

type Schema = Record<string, unknown>;

function schema(name: string): Schema {
  // It names a dialect that has no version; its words are those of draft 4.
  const { $schema: _, ...rest } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Schema;
  return rest;
}

function validator(name: string) {
  const compiled = new Ajv.default({ strict: false, validateFormats: false, allErrors: true }).compile(
    schema(name),
  );
  return (value: Value) => (compiled(value) ? [] : (compiled.errors ?? []));
}

const complaints = present ? validator('AppDefinition.schema.json') : () => [];
const oldComplaints = present ? validator('AppDefinition-1.1.1.schema.json') : () => [];
const apps = present ? readdirSync(join(FOLDER, 'apps')) : [];
const example = (name: string) => readFileSync(join(FOLDER, 'apps', name), 'utf8');

/** What lies among the example apps and is none. */
const NO_APPS = new Set([
  ...['app_list.json', 'app_task.json', 'app_tasks.json', 'apps_patch.json', 'deployment_steps.json'],
  ...['deployments_result.json', 'group.json', 'pod.json', 'queue.json'],
]);
/** `mesosphere:marathon/latest`: docker ends with "invalid reference format". */
const IMAGE_OF_NOBODY = { 'app.json': ['APP_INVALID $.container.docker.image'] };

describe.skipIf(!present)("Marathon's own example apps", () => {
  test.each(apps.filter((name) => !NO_APPS.has(name)))('%s is read as an app', (name) => {
    const invalid = found(JSON.parse(example(name))).filter((line) => line.startsWith('APP_INVALID'));
    expect(readApp(example(name)).app).not.toBeNull();
    expect(invalid).toEqual(IMAGE_OF_NOBODY[name as 'app.json'] ?? []);
  });

  test.each([...NO_APPS])('%s is told for what it is', (name) => {
    expect(found(JSON.parse(example(name)))).toContain('APP_INVALID $');
  });

  test.each(apps.filter((name) => !NO_APPS.has(name)))('corrected, %s is as valid as it was', (name) => {
    const value = JSON.parse(example(name)) as Members;
    // Two of them have members that this schema does not know.
    const before = complaints(value);
    for (const finding of findingsOf(value)) expect(complaints(corrected(value, finding))).toEqual(before);
  });
});

describe.skipIf(!present)("Marathon's own schemas", () => {
  const without = (name: string) => Object.fromEntries(Object.entries(app()).filter(([key]) => key !== name));

  test.each<[string, Value]>([
    ['no id', without('id')],
    ['an id in capitals', app({ id: '/Runner' })],
    ['an id that is no string', app({ id: 5 })],
    ['an empty id', app({ id: '' })],
    ['a container that is none', app({ container: 'x' })],
    ['another type of container', withDocker({}, 'LXC')],
    ['docker that is none', app({ container: { docker: 'x' } })],
    ['no image', app({ container: { docker: {} } })],
    ['an empty image', withDocker({ image: '' })],
    ['a flag in quotes', withDocker({ privileged: 'true' })],
    ['fetch of strings', app({ fetch: ['x'] })],
    ['fetch without a list', app({ fetch: { uri: 'x' } })],
    ['an entry without a URI', app({ fetch: [{}] })],
    ['a flag of fetch', app({ fetch: [{ uri: 'x', cache: 1 }] })],
    ['uris of numbers', app({ uris: [1] })],
    ['an empty URI', app({ uris: [''] })],
    ['health checks without a list', app({ healthChecks: check('a') })],
    ['a protocol in small letters', app({ healthChecks: [{ protocol: 'http' }] })],
    ['a command that is a string', app({ healthChecks: [{ protocol: 'COMMAND', command: 'a' }] })],
    ['a number in quotes', app({ healthChecks: [check('a', { timeoutSeconds: '20' })] })],
    ['a negative number', app({ healthChecks: [check('a', { intervalSeconds: -1 })] })],
    ['half a failure', app({ healthChecks: [check('a', { maxConsecutiveFailures: 0.5 })] })],
    ['env without names', app({ env: ['A=b'] })],
    ['a variable that is a number', app({ env: { A: 5 } })],
    ['a constraint of one word', app({ constraints: [['hostname']] })],
    ['a constraint of four', app({ constraints: [['hostname', 'LIKE', 'a', 'b']] })],
    ['an operator that is none', app({ constraints: [['hostname', 'LIKES', 'a']] })],
    ['a user that is no name', app({ user: 5 })],
  ])('refuse what is refused here: %s', (_, value) => {
    expect(complaints(value)).not.toEqual([]);
    expect(oldComplaints(value)).not.toEqual([]);
    expect(found(value).some((line) => line.startsWith('APP_INVALID'))).toBe(true);
  });

  test('take every app whose faults are all corrected', () => {
    fc.assert(
      fc.property(faultyApp, (value) => {
        expect(complaints(withoutNulls(allCorrected(value)))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('take the app that the other tests start from', () => {
    expect([...complaints(app()), ...oldComplaints(app())]).toEqual([]);
  });
});

/** What a GET answers has nulls, which Marathon reads as not there; the schemas are of what it is given. */
function withoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutNulls(part)]));
}
