import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { createComposer, opening } from '../../src/remote/compose.ts';
import { CHANGES, type Verb } from '../../src/remote/verb.ts';

const composer = createComposer(['archive', 'images']);
const textOf = (verb: Verb) => Buffer.from(composer.compose(verb)).toString('latin1');

const install: Verb = {
  verb: 'install',
  mode: 0o40,
  owner: 'root',
  group: 'docker users',
  path: '/etc/döcker.tar.gz',
  expected: 'absent',
  holder: 'ops@bastion, run 7',
  archive: Uint8Array.of(0x1f, 0x8b, 0x00, 0x41, 0x5c, 0x0a, 0xff),
};

const EVERY: readonly Verb[] = [
  { verb: 'docker', seconds: 20, asks: 'client' },
  { verb: 'login', seconds: 60, username: 'ci', server: '', secret: new Secret('a\\b\nß') },
  { verb: 'ask', seconds: 9.2, config: new Secret('url = "x"\n'), registry: 'r.example:5000' },
  { verb: 'look', path: '/etc/x', limit: 65_536 },
  install,
  {
    verb: 'verify',
    checks: [
      { seconds: 20, command: 'ps | grep x', control: null, names: 'x|y', words: ['ps', 'grep'] },
      { seconds: 1, command: 'a\nb', control: 'a\nc', names: null, words: [] },
    ],
  },
  { verb: 'inspect', path: '/etc/x', limit: 65_536, taskUser: 'nobody' },
  { verb: 'unpack', seconds: 20 },
  { verb: 'pull', seconds: 600, image: 'r.example:5000/a:1' },
];

describe('a verb on its way', () => {
  test.each([
    ['docker 20 client\n', EVERY[0]],
    ['login 60\nci\n\na\\0134b\\0012\\0303\\0237\n', EVERY[1]],
    ['ask 10\nurl = "x"\\0012\nr.example:5000\n', EVERY[2]],
    ['look 65536\n/etc/x\n', EVERY[3]],
    [
      'install 040 absent\nroot\ndocker users\n/etc/d\\0303\\0266cker.tar.gz\nops@bastion, run 7\n' +
        '\\0037\\0213\\0000A\\0134\\0012\\0377\n',
      EVERY[4],
    ],
    ['verify 2\n20\nps | grep x\n\nx|y\nps grep\n1\na\\0012b\na\\0012c\n\n\n', EVERY[5]],
    ['inspect 65536\n/etc/x\nnobody\n', EVERY[6]],
    ['unpack 20\n', EVERY[7]],
    ['pull 600\nr.example:5000/a:1\n', EVERY[8]],
  ] as const)('%j', (text, verb) => {
    expect(textOf(verb as Verb)).toBe(text);
  });

  test('any text is one line of printable ASCII, which printf of /bin/sh turns back into it', () => {
    const texts = fc
      .sample(fc.string({ unit: 'binary', maxLength: 40 }), 50)
      .map((text) => text.replaceAll('\0', ''));
    const lines = texts.map((text) => {
      const [, line = '', ...rest] = textOf({ verb: 'look', path: `/${text}`, limit: 1 }).split('\n');
      expect([line.match(/^[ -~]*$/)?.[0], rest]).toEqual([line, ['']]);
      return line;
    });
    const printed = spawnSync('/bin/sh', [
      '-c',
      'for t; do printf "%b\\000" "$t"; done',
      'x',
      ...lines,
    ]).stdout;
    expect(printed.toString().split('\0').slice(0, -1)).toEqual(texts.map((text) => `/${Buffer.from(text)}`));
  });
});

describe('a composer takes no verb that changes more than it may', () => {
  test.each(EVERY.map((verb) => [verb.verb, verb] as const))('%s', (_, verb) => {
    const change = CHANGES[verb.verb];
    for (const may of [[], ['archive'], ['images']] as const) {
      const allowed = change === null || may.some((word) => word === change);
      const compose = () => createComposer(may).compose(verb);
      if (allowed) expect(compose()).toEqual(composer.compose(verb));
      else expect(compose).toThrow(/which this may not/);
    }
  });

  test('only install and pull change anything', () => {
    const changing = Object.entries(CHANGES).filter(([, change]) => change !== null);
    expect(changing).toEqual([
      ['install', 'archive'],
      ['pull', 'images'],
    ]);
  });
});

describe('what the script’s language cannot hold is a bug, and throws', () => {
  const [docker, login, , look, , verify] = EVERY as [Verb, Verb, Verb, Verb, Verb, Verb];
  test.each([
    ['a NUL', { ...login, username: 'a\0b' }],
    ['a NUL in a secret', { ...login, secret: new Secret('a\0') }],
    ['a server that would be a flag', { ...login, server: '--help' }],
    ['an image that would be one', { verb: 'pull', seconds: 60, image: '--all-tags' }],
    ['a user that would be one', { verb: 'inspect', path: '/etc/x', limit: 1, taskUser: '-l' }],
    ['no time at all', { ...docker, seconds: 0 }],
    ['endless time', { ...docker, seconds: Number.POSITIVE_INFINITY }],
    ['a path that is not absolute', { ...look, path: 'etc/x' }],
    ['a negative limit', { ...look, limit: -1 }],
    ['a mode that is none', { ...install, mode: 0o17777 }],
    ['a sum of two words', { ...install, expected: 'a b' }],
    ['a holder of two lines', { ...install, holder: 'a\nb' }],
    [
      'a word with a blank',
      { ...verify, checks: [{ seconds: 1, command: 'x', control: null, names: null, words: ['a b'] }] },
    ],
  ] as [string, Verb][])('%s', (_, verb) => {
    expect(() => composer.compose(verb)).toThrow();
  });

  test.each([
    ['a token with a blank', ': node-prep\n', 'a b', 60],
    ['a token that is short', ': node-prep\n', 'abc', 60],
    ['a script that is not ASCII', ': nöde-prep\n', 'abcdefgh', 60],
    ['no life', ': node-prep\n', 'abcdefgh', 0],
  ])('%s', (_, script, token, life) => {
    expect(() => opening(script, token, life, true)).toThrow();
  });
});

test.each([
  [true, 'tidy'],
  [false, 'look'],
])('the opening is the script, the token, the life, and whether to tidy', (tidy, word) => {
  const text = Buffer.from(opening(': node-prep\n', 'abcdefgh', 60, tidy)).toString();
  expect(text).toBe(`: node-prep\nabcdefgh 60 ${word}\n`);
});
