import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/ssh-config/include.ts';
import { loadSshConfig } from '../../src/ssh-config/load.ts';
import { lookUp } from '../../src/ssh-config/look-up.ts';
import { disk, variable, WHERE } from './reading.ts';

const USER = '/home/op/.ssh/config';
const SYSTEM = '/etc/ssh/ssh_config';
type Files = Readonly<Record<string, string | Reading>>;

/** The user whom the default pair names for `web`. */
async function userOf(files: Files): Promise<string | undefined> {
  const config = await loadSshConfig(null, disk(files), WHERE);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const { settings } = lookUp(config.value, { host: 'web', user: null, wayGiven: false }, WHERE);
  return settings.get('user')?.args[0];
}

async function problemsOf(files: Files, file: string | null = null) {
  const config = await loadSshConfig(file, disk(files), WHERE);
  return config.ok ? [] : config.error;
}

async function doubtsOf(files: Files) {
  const config = await loadSshConfig(null, disk(files), WHERE);
  return config.ok ? config.value.doubts : [];
}

describe('the usual pair of files', () => {
  test.each<[string, Files, string | undefined]>([
    ['may be missing', {}, undefined],
    ["has the user's file first", { [USER]: 'User mine', [SYSTEM]: 'User theirs' }, 'mine'],
    ["has the system's file after it", { [USER]: 'Port 3', [SYSTEM]: 'User theirs' }, 'theirs'],
    ['includes from ~/.ssh', { [USER]: 'Include conf.d/*', '/home/op/.ssh/conf.d/a': 'User a' }, 'a'],
    [
      'includes from /etc/ssh',
      { [SYSTEM]: 'Include ssh_config.d/*', '/etc/ssh/ssh_config.d/a': 'User a' },
      'a',
    ],
    ['includes from a home folder', { [USER]: 'Include ~ann/x ~/y', '/home/ann/x': 'User ann' }, 'ann'],
    [
      'includes from where the environment says',
      { [USER]: `Include ${variable('KEYS')}/%u`, '/keys/op': 'User o' },
      'o',
    ],
    ['passes over includes of nobody', { [USER]: 'Include ~nobody/x\nUser u' }, 'u'],
    [
      'takes the first of several includes',
      { [USER]: 'Include b a', '/home/op/.ssh/a': 'User a', '/home/op/.ssh/b': 'User b' },
      'b',
    ],
  ])('%s', async (_, files, user) => {
    expect(await userOf(files)).toBe(user);
  });

  test("looks at who can write the user's file and the includes, and not at the system's file", async () => {
    const reader = disk({ [USER]: 'Include a', [SYSTEM]: '', '/home/op/.ssh/a': '' });
    await loadSshConfig(null, reader, WHERE);
    expect(reader.asked).toEqual([`private ${USER}`, 'private /home/op/.ssh/a', SYSTEM]);
  });

  test('is refused where others can write it', async () => {
    const files: Files = { [USER]: { kind: 'refused', reason: 'every user can write it' } };
    const [problem] = await problemsOf(files);
    expect(problem?.code).toBe('SSH_CONFIG_PERMISSIONS');
    expect(problem?.message).toBe(`${USER} is refused, as ssh does, because every user can write it.`);
  });

  test('is passed over where it cannot be read, and that is said', async () => {
    const files: Files = { [SYSTEM]: { kind: 'unreadable', reason: 'you may not read it' } };
    expect(await doubtsOf(files)).toMatchObject([{ code: 'SSH_CONFIG_UNREADABLE' }]);
  });
});

describe('a file that the inventory names', () => {
  test('is the only one, whoever can write it', async () => {
    const reader = disk({ '/c': '', [USER]: 'User x', [SYSTEM]: '' });
    expect(await loadSshConfig('/c', reader, WHERE)).toMatchObject({ ok: true });
    expect(reader.asked).toEqual(['/c']);
  });

  test.each<[string, Files]>([
    ['is missing', {}],
    ['is a folder', { '/c': { kind: 'unreadable', reason: 'it is a folder' } }],
  ])('is a problem where it %s', async (_, files) => {
    expect(await problemsOf(files, '/c')).toMatchObject([{ code: 'SSH_CONFIG_UNREADABLE' }]);
  });
});

describe('what ssh would not go on with', () => {
  test('is told with its place and its line, all at once', async () => {
    const files = { [USER]: 'Host a\n  Port many\n', [SYSTEM]: '\tIdentitiesOnly perhaps' };
    expect(await problemsOf(files)).toMatchObject([
      {
        code: 'SSH_CONFIG_INVALID',
        file: USER,
        line: 2,
        column: 1,
        source: 'Port many',
        message: 'Port must be a number from 1 to 65535.',
      },
      { file: SYSTEM, line: 1, source: 'IdentitiesOnly perhaps' },
    ]);
  });

  test('is told once where a file is included twice', async () => {
    const files = { [USER]: 'Include a a', '/home/op/.ssh/a': 'Port x' };
    expect(await problemsOf(files)).toHaveLength(1);
  });

  test.each<[string, Files, string]>([
    ['a file that includes itself', { [USER]: 'Include config' }, 'goes deeper than 16 files'],
    [
      'one that does so twice in every round',
      { [USER]: 'Include config config' },
      'goes deeper than 16 files',
    ],
    ['a ~ in the files of the system', { [SYSTEM]: 'Include ~/x' }, 'takes no ~ here'],
    [
      'an include that cannot be read',
      { [USER]: 'Include a', '/home/op/.ssh/a': { kind: 'unreadable', reason: 'you may not read it' } },
      'cannot read',
    ],
    [
      'more files than anybody has',
      { [USER]: 'Include a '.padEnd(2_500, 'a '), '/home/op/.ssh/a': '' },
      'more than 1,000 files',
    ],
    [
      'more text than anybody has',
      {
        [USER]: 'Include a '.repeat(20),
        '/home/op/.ssh/a': '#'.repeat(1_000_000),
        '/home/op/.ssh/Include': '',
      },
      'more than 8 MiB',
    ],
  ])('%s', async (_, files, words) => {
    const [problem, ...more] = await problemsOf(files);
    expect(problem?.message).toContain(words);
    expect(more).toEqual([]);
  });

  test('an include that others can write', async () => {
    const files: Files = { [USER]: 'Include a', '/home/op/.ssh/a': { kind: 'refused', reason: 'x' } };
    expect(await problemsOf(files)).toMatchObject([{ code: 'SSH_CONFIG_PERMISSIONS' }]);
  });

  test('shows no command, which may hold a secret', async () => {
    const files = {
      [USER]: 'ProxyCommand "sshpass -p hunter2\nSetEnv "TOKEN=hunter2\nMatch exec "curl hunter2',
    };
    const problems = await problemsOf(files);
    expect(problems).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('what ssh may know and this program does not', () => {
  test('is passed over with a warning that says what may have been meant', async () => {
    const [doubt] = await doubtsOf({ [USER]: 'Host web\n  HostNmae x' });
    expect(doubt).toEqual({
      code: 'SSH_CONFIG_UNKNOWN_KEYWORD',
      message: `The keyword hostnmae in ${USER}:2 is not known, and passed over.`,
      hint: expect.stringContaining('Did you mean HostName?'),
    });
  });

  test('is not told of where IgnoreUnknown names it', async () => {
    expect(await doubtsOf({ [USER]: 'IgnoreUnknown Foo*\nFooBar yes' })).toEqual([]);
  });

  test('is an include with a token of a host', async () => {
    expect(await doubtsOf({ [USER]: 'Include %h' })).toMatchObject([{ code: 'SSH_CONFIG_NOT_HONOURED' }]);
  });
});
