import { LONGEST_DURATION, parseDuration } from '../lib/duration.ts';
import { shown, type Words } from './words.ts';

/** A rule says what is wrong with a text, or null. The message goes on after the key's name. */
export type Rule = (text: string) => Words | null;

type Broken = readonly [isBroken: (text: string) => boolean, message: string, hint: string];

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The first that is broken. */
export function rule(...broken: readonly Broken[]): Rule {
  return (text) => {
    const found = broken.find(([isBroken]) => isBroken(text));
    return found === undefined ? null : { message: found[1], hint: found[2] };
  };
}

export const EMPTY: Broken = [
  (text) => text.trim() === '',
  'must not be empty',
  'Write a value, or leave the key out.',
];
export const CONTROLS: Broken = [
  (text) => CONTROL.test(text),
  'holds a control character or a line break',
  'Type it again by hand, on one line.',
];

/** A registry's user name: no colon, because it ends the user name in HTTP Basic authentication (RFC 7617, 2). */
export const usernameRule = rule(EMPTY, CONTROLS, [
  (text) => text.includes(':'),
  'must not hold a colon',
  'The password has a key of its own. A user name cannot have a colon (RFC 7617).',
]);

/** The archive's path on the agent. It is compared and shown as it is, so it must be in its plain form. */
export const archivePathRule = rule(
  EMPTY,
  CONTROLS,
  [
    (text) => !text.startsWith('/'),
    'must be an absolute path',
    'It starts with a slash: path: /etc/docker.tar.gz',
  ],
  [
    (text) => text.endsWith('/'),
    'must name a file, not a folder',
    'Leave the slash at the end away, or add docker.tar.gz.',
  ],
  [
    (text) => /\/\.{0,2}(?=\/)|\/\.{1,2}$/.test(text),
    'must not hold //, /./ or /../',
    'Write the path as it is: path: /etc/docker.tar.gz',
  ],
  [(text) => new TextEncoder().encode(text).length > 1_024, 'is too long', 'At most 1024 bytes.'],
);

/** Owner or group on the agent: a name, as useradd takes them, or a number. */
export const ownerRule = rule([
  (text) => !/^(?:[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?|0|[1-9]\d{0,9})$/.test(text),
  'must be the name of a user or group, or its number',
  'owner: root, or owner: "1000"',
]);

/** `"0600"`: nothing but read and write, for owner, group and others. */
export const modeRule = rule(
  [
    (text) => !/^0?[0-7]{3}$/.test(text),
    'must be three octal digits, with or without a 0 before them',
    'mode: "0600"',
  ],
  [
    (text) => (Number.parseInt(text, 8) & ~0o666) !== 0,
    'must not make the archive executable',
    'Only reading and writing: mode: "0600" or "0640".',
  ],
);

export const checkIdRule = rule([
  (text) => !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(text),
  'must be a name of lower-case letters, digits, - and _',
  'id: docker',
]);

/** A check's command, which /bin/sh gets exactly as written. */
export const commandRule = rule(
  EMPTY,
  [
    (text) => text.includes('\0') || !text.isWellFormed(),
    'holds a character that no shell command can have',
    'Remove \\0 and broken characters.',
  ],
  [
    (text) => new TextEncoder().encode(text).length > 8_192,
    'is longer than 8 KiB',
    'Put it into a script on the agents, and call that.',
  ],
);

export const durationRule = rule([
  (text) => parseDuration(text) === null,
  `must be a duration of at most ${LONGEST_DURATION}`,
  'Such as 500ms, 20s, 5m or 12h: a whole number and its unit, and not 0.',
]);

/** A file on this machine. */
export const fileRule = rule(EMPTY, CONTROLS, [
  (text) => /^~[^/]/.test(text),
  'names the home folder of another user',
  'Write the whole path; only ~/ is understood.',
]);

/** The name of an environment variable. What breaks it is not repeated: it may be the secret itself. */
export const environmentRule = rule([
  (text) => !/^[A-Za-z_][A-Za-z0-9_]{0,254}$/.test(text),
  'must be the name of an environment variable',
  'The name alone, without $: { env: REGISTRY_PASSWORD }',
]);

/** One word of a program to run. */
export const argumentRule = rule([(text) => text.includes('\0'), 'holds a NUL character', 'Remove it.']);

/** What is asked at the terminal: one line. */
export const promptRule = rule(EMPTY, CONTROLS);

/** The name of an agent or a group: what `--limit` can name and a range can fold. */
export const agentNameRule: Rule = (text) => {
  if (/^[A-Za-z0-9_:][A-Za-z0-9_.:%+@-]{0,252}$/.test(text)) return null;
  const message = text === '' ? 'must not be empty' : `must not be ${shown(text)}`;
  return {
    message,
    hint: 'A name has letters, digits and . _ - + : @ %, and starts with a letter or digit.',
  };
};
