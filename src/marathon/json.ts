import { printable } from '../lib/printable.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}
/** The way to a part of a document: names of members and places in lists. */
export type Way = readonly (string | number)[];

/** Is this a JSON object: neither null nor a list? */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Is this a list? (Array.isArray does not narrow a readonly one.) */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The elements of a list; none where it is no list. */
export function elements(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** The member of an object; undefined where there is none, or no object. Null counts as not there, as for Marathon. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
}

/** A string as it is; empty for anything else. (String() would call what an object names toString.) */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The same with every string replaced, those of names included. */
export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (isList(value)) return value.map((element) => mapStrings(element, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [change(name), mapStrings(part, change)]),
  );
}

/** As text, indented by two. What a terminal must not get is escaped as JSON does it: the text stays JSON. */
export function jsonText(value: Json): string {
  // Within JSON such characters can only be part of a string, where \u… stands for them. Line breaks are layout.
  return JSON.stringify(value, null, 2).replace(/[^\n\x20-\x7e]/gu, (character) =>
    printable(character) === character ? character : jsonEscape(character),
  );
}

/** `$.healthChecks[1]`, as RFC 9535 writes it; names that are no plain words stand in brackets and quotes. */
export function jsonPath(way: Way): string {
  const steps = way.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `['${quotedName(step)}']`;
  });
  return `$${steps.join('')}`;
}

function quotedName(name: string): string {
  const quoted = name.replace(/[\\']/g, '\\$&').replace(/[\n\r\t]/g, (sign) => {
    return sign === '\n' ? '\\n' : sign === '\r' ? '\\r' : '\\t';
  });
  return quoted.replace(/[^\x20-\x7e]/gu, (character) =>
    printable(character) === character ? character : jsonEscape(character),
  );
}

function jsonEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
