import { isObject, type Json, member } from './json.ts';
import { mistyped, refused } from './mistyped.ts';
import type { Rule } from './rule.ts';

/** Names between slashes: labels as of a host, in small letters, or `..`. */
const ID_PART = /^(?:\.\.|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

/** Every app has an id. */
export const idInvalid: Rule = ({ shape: { app, way } }) => {
  const value = member(app, 'id');
  if (value === undefined) {
    const message = 'The app has no "id": Marathon refuses it.';
    return [
      { ...refused(way, message, 'Give it one.', null), correction: { into: way, members: { id: '/app' } } },
    ];
  }
  const written = typeof value === 'string' ? value : '';
  const parts = written.split('/').filter((part) => part !== '');
  if (parts.length > 0 && parts.every((part) => ID_PART.test(part))) return [];
  const good = parts
    .map((part) =>
      part
        .toLowerCase()
        .replace(/[^a-z0-9.-]+/g, '-')
        .replace(/^[.-]+|[.-]+$/g, ''),
    )
    .filter((part) => part !== '');
  return [
    refused(
      [...way, 'id'],
      'The "id" is none that Marathon takes: names of small letters, digits, dots and dashes, separated by slashes.',
      'Write it so, or give it another.',
      `/${good.length === 0 ? 'app' : good.join('/')}`,
    ),
  ];
};

/** Variables are strings, or name secrets. */
export const envInvalid: Rule = ({ shape: { app, way } }) => {
  const env = member(app, 'env');
  if (env === undefined) return [];
  const at = [...way, 'env'];
  if (!isObject(env)) return [mistyped(at, 'env', 'an object of strings', { NAME: 'value' })];
  return Object.entries(env).flatMap(([name, value]) => {
    if (isVariable(value)) return [];
    // The value itself may be a secret.
    const hint = 'Put it between double quotes, or name a secret.';
    const message = 'A variable in "env" has to be a string, or to name a secret: Marathon refuses the app.';
    return [refused([...at, name], message, hint, 'its value')];
  });
};

function isVariable(value: Json): boolean {
  return typeof value === 'string' || value === null || typeof member(value, 'secret') === 'string';
}

/** Whom the task runs as. */
export const userInvalid: Rule = ({ shape: { app, way } }) => {
  const user = member(app, 'user');
  return user === undefined || typeof user === 'string'
    ? []
    : [mistyped([...way, 'user'], 'user', 'a name', 'root')];
};
