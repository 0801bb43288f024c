import { CHANGES, type Change, type Verb } from './verb.ts';

export { remoteCommand } from './become.ts';
export { compactScript } from './compact.ts';

/** Turns verbs into bytes for the remote script; it throws at a verb that changes more than it may. */
export interface Composer {
  compose(verb: Verb): Uint8Array;
}

/**
 * A composer. A dry run is given one that may change nothing, so that nothing it does can change an agent: a verb that
 * would is a bug of the caller and throws, like any argument that the script's language cannot hold.
 */
export function createComposer(may: readonly Change[]): Composer {
  return {
    compose(verb) {
      const change = CHANGES[verb.verb];
      if (change !== null && !may.includes(change))
        throw new Error(`the verb ${verb.verb} changes the ${change} of agents, which this may not`);
      return latin1(lines(verb));
    },
  };
}

/**
 * The first bytes of a conversation: the script, as compacted, then the token that its answers begin with, and the
 * seconds after which it ends by itself. The token is of letters and digits, new for each conversation. With `tidy`
 * the agent is first rid of what killed conversations left there; without it that is only told.
 */
export function opening(script: string, token: string, lifeSeconds: number, tidy: boolean): Uint8Array {
  if (!/^[0-9A-Za-z]{8,64}$/.test(token)) throw new Error('a token is made of 8 to 64 letters and digits');
  if (!/^[\t\n -~]+$/.test(script)) throw new Error('the remote script must be plain ASCII');
  return latin1(`${script}${token} ${whole(lifeSeconds, 1, 10_000_000)} ${tidy ? 'tidy' : 'look'}\n`);
}

function lines(verb: Verb): string {
  switch (verb.verb) {
    case 'docker':
      return line(verb.verb, seconds(verb.seconds), verb.asks);
    case 'login':
      return (
        line(verb.verb, seconds(verb.seconds)) +
        encode(verb.username) +
        encode(noFlag(verb.server)) +
        encode(verb.secret.reveal())
      );
    case 'ask':
      return line(verb.verb, seconds(verb.seconds)) + encode(verb.config.reveal()) + encode(verb.registry);
    case 'look':
      return line(verb.verb, whole(verb.limit, 0, 65_536)) + encode(absolute(verb.path));
    case 'install':
      return (
        line(verb.verb, whole(verb.mode, 0, 0o7777).toString(8).padStart(3, '0'), sum(verb.expected)) +
        [verb.owner, verb.group, absolute(verb.path), oneLine(verb.holder)].map(encode).join('') +
        encodeBytes(verb.archive)
      );
    case 'verify':
      return (
        line(verb.verb, whole(verb.checks.length, 0, 999)) +
        verb.checks
          .flatMap((check) => [
            String(seconds(check.seconds)),
            ...[check.command, check.control ?? '', check.names ?? ''],
            check.words.map(word).join(' '),
          ])
          .map(encode)
          .join('')
      );
    case 'inspect':
      return (
        line(verb.verb, whole(verb.limit, 0, 65_536)) +
        encode(absolute(verb.path)) +
        encode(noFlag(verb.taskUser))
      );
    case 'unpack':
      return line(verb.verb, seconds(verb.seconds));
    case 'pull':
      return line(verb.verb, seconds(verb.seconds)) + encode(noFlag(verb.image));
  }
}

const line = (...words: readonly (string | number)[]) => `${words.join(' ')}\n`;

// Every argument is one line of printable ASCII. What else there is becomes \0ooo, which printf's %b of every shell
// turns back into the byte; so no locale and no reader of the agent's gets to interpret anything.
function encode(text: string): string {
  if (text.includes('\0')) throw new Error('no argument of a verb can hold a NUL character');
  return encodeBytes(new TextEncoder().encode(text));
}

function encodeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += ENCODED[byte];
  return `${text}\n`;
}

const ENCODED = Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== 0x5c
    ? String.fromCharCode(byte)
    : `\\0${byte.toString(8).padStart(3, '0')}`,
);

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

const seconds = (value: number) => whole(Math.ceil(value), 1, 100_000);

function whole(value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${value} is not a whole number from ${least} to ${most}`);
}

function absolute(path: string): string {
  if (path.startsWith('/')) return path;
  throw new Error('a path on an agent is absolute');
}

function noFlag(word: string): string {
  if (!word.startsWith('-')) return word;
  throw new Error('a word for a command of the agent cannot begin with a dash');
}

function sum(expected: string): string {
  if (/^[0-9A-Za-z:]{1,100}$/.test(expected)) return expected;
  throw new Error('what is expected is a sum as look answered it');
}

function oneLine(holder: string): string {
  if (!/^[^\n]{1,300}$/.test(holder)) throw new Error('a holder is told in one line');
  return holder;
}

function word(text: string): string {
  if (/^\S+$/.test(text)) return text;
  throw new Error('a word of a command holds no blank');
}
