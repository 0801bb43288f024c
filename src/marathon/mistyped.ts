import { type Json, type JsonObject, member, type Way } from './json.ts';
import type { Fault } from './rule.ts';

/** An app that Marathon or docker refuses; `value` is the corrected part, undefined where nothing can be said. */
export function refused(way: Way, message: string, hint: string, value?: Json): Fault {
  return {
    code: 'APP_INVALID',
    way,
    message,
    hint,
    correction: value === undefined ? null : { at: way, value },
  };
}

/** A part of another type than Marathon takes. */
export function mistyped(way: Way, name: string, wanted: string, value?: Json): Fault {
  return refused(
    way,
    `"${name}" has to be ${wanted}: Marathon refuses the app.`,
    `Make it ${wanted}.`,
    value,
  );
}

/** Those of these members that are neither true nor false. */
export function flags(value: JsonObject, names: readonly string[], at: Way): readonly Fault[] {
  return names.flatMap((name) => {
    const flag = member(value, name);
    const good = flag === undefined || typeof flag === 'boolean';
    return good ? [] : [mistyped([...at, name], name, 'true or false', flag === 'true')];
  });
}
