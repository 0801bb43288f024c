import { CONSTRAINT_OPERATORS } from './constraints.ts';
import { isList, isObject, type Json, type JsonObject, member, textOf, type Way } from './json.ts';
import { flags, mistyped, refused } from './mistyped.ts';
import type { Fault, Rule } from './rule.ts';

const URI = 'file:///etc/docker.tar.gz';
const CHECK = { protocol: 'COMMAND', command: { value: 'docker ps -q' } };
const PROTOCOLS = ['HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'];

/** The lists of an app, and what is in them. */
export const listsInvalid: Rule = ({ shape: { app, way } }) => [
  ...list(app, way, 'fetch', { uri: URI }, fetchEntry),
  ...list(app, way, 'uris', URI, (value, at) =>
    typeof value === 'string' && value !== '' ? [] : [mistyped(at, 'uris', 'a list of URIs', URI)],
  ),
  ...list(app, way, 'healthChecks', CHECK, healthCheck),
  ...list(app, way, 'constraints', ['hostname', 'UNIQUE'], constraint),
];

type Each = (value: Json, at: Way) => readonly Fault[];

function list(app: JsonObject, way: Way, name: string, model: Json, each: Each): readonly Fault[] {
  const value = member(app, name);
  if (value === undefined) return [];
  const at = [...way, name];
  if (isList(value)) return value.flatMap((element, index) => each(element, [...at, index]));
  // One of them, without the brackets?
  const one = isObject(value) ? isObject(model) : typeof value === typeof model;
  const corrected = one && each(value, at).length === 0 ? value : model;
  return [mistyped(at, name, 'a list', [corrected])];
}

function fetchEntry(value: Json, at: Way): readonly Fault[] {
  const uri = member(value, 'uri');
  if (!isObject(value)) {
    return [
      mistyped(at, 'fetch', 'a list of objects with a "uri"', {
        uri: typeof value === 'string' ? value : URI,
      }),
    ];
  }
  const name = typeof uri === 'string' && uri !== '' ? [] : [withModel(at, 'fetch', 'uri', URI)];
  const destPath = member(value, 'destPath');
  const dest =
    destPath === undefined || typeof destPath === 'string'
      ? []
      : [mistyped([...at, 'destPath'], 'destPath', 'a file name', 'docker.tar.gz')];
  return [...name, ...flags(value, ['extract', 'executable', 'cache'], at), ...dest];
}

/** A member that is not there, or is of another type. */
function withModel(at: Way, of: string, name: string, model: Json): Fault {
  const message = `An entry of "${of}" needs "${name}", and a good one: Marathon refuses the app.`;
  return { ...refused(at, message, `Add "${name}".`), correction: { into: at, members: { [name]: model } } };
}

function healthCheck(value: Json, at: Way): readonly Fault[] {
  if (!isObject(value)) return [mistyped(at, 'healthChecks', 'a list of objects', CHECK)];
  const protocol = member(value, 'protocol');
  const known = protocol === undefined || PROTOCOLS.some((name) => name === protocol);
  const wrong = known
    ? []
    : [mistyped([...at, 'protocol'], 'protocol', `one of ${PROTOCOLS.join(', ')}`, nearProtocol(protocol))];
  const command = member(member(value, 'command'), 'value');
  const asks = protocol === 'COMMAND' || (protocol === undefined && member(value, 'command') !== undefined);
  const says = typeof command === 'string' && command.trim() !== '';
  return [...wrong, ...(asks && !says ? [noCommand(value, at)] : []), ...numbers(value, at)];
}

function nearProtocol(protocol: Json): string {
  const capitals = textOf(protocol).toUpperCase();
  return PROTOCOLS.includes(capitals) ? capitals : 'COMMAND';
}

function noCommand(check: JsonObject, at: Way): Fault {
  const written = member(check, 'command');
  const value = typeof written === 'string' && written.trim() !== '' ? written : CHECK.command.value;
  return {
    ...refused(
      written === undefined ? at : [...at, 'command'],
      'A COMMAND health check needs "command": { "value": … } with a command: without one Mesos gets no check.',
      'Name the command.',
    ),
    correction: { at, value: { ...check, command: { value } } },
  };
}

function numbers(check: JsonObject, at: Way): readonly Fault[] {
  const names = [
    'gracePeriodSeconds',
    'intervalSeconds',
    'timeoutSeconds',
    'maxConsecutiveFailures',
    'delaySeconds',
  ];
  return names.flatMap((name) => {
    const value = member(check, name);
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0))
      return [];
    const model = { timeoutSeconds: 20, maxConsecutiveFailures: 3 }[name] ?? 60;
    return [mistyped([...at, name], name, 'a whole number, 0 or more', whole(value) ?? model)];
  });
}

function whole(value: Json): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function constraint(value: Json, at: Way): readonly Fault[] {
  // As pods have them: read, too.
  if (isObject(value) && typeof member(value, 'operator') === 'string') return [];
  const [field = 'hostname', operator, pattern] = isList(value) ? value.filter((part) => part !== null) : [];
  const strings = isList(value) && value.every((part) => typeof part === 'string' || part === null);
  const long = isList(value) && value.length >= 2 && value.length <= 3;
  const known = CONSTRAINT_OPERATORS.some((name) => name === operator);
  if (strings && long && known) return [];
  const capitals = textOf(operator).toUpperCase();
  const good = CONSTRAINT_OPERATORS.find((name) => name === capitals) ?? 'UNIQUE';
  const rest = typeof pattern === 'string' && good !== 'UNIQUE' ? [pattern] : [];
  return [
    mistyped(
      at,
      'constraints',
      `a list of [field, operator, value], all of them strings, with an operator of ${CONSTRAINT_OPERATORS.join(', ')}`,
      [typeof field === 'string' ? field : 'hostname', good, ...rest],
    ),
  ];
}
