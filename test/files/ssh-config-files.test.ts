import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readAccounts } from '../../src/files/accounts.ts';
import { findFiles } from '../../src/files/glob.ts';
import { createSshConfigFiles } from '../../src/files/ssh-config-files.ts';

const uid = process.getuid?.() ?? null;
const root = mkdtempSync(join(tmpdir(), 'ssh-config-files-'));
let folder = root;

beforeEach(() => {
  folder = mkdtempSync(join(root, 'f-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function file(name: string, content: string | Uint8Array = '', mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

async function read(path: string, isPrivate = true) {
  return (await createSshConfigFiles(uid)).read(path, isPrivate);
}

describe('reading a file of ssh_config', () => {
  test('gives its text, whatever its bytes are', async () => {
    expect(await read(file('a', 'Host ü\r\n'))).toEqual({ kind: 'text', text: 'Host ü\r\n' });
    expect(await read(file('b', Uint8Array.of(0xff, 0x41)))).toEqual({ kind: 'text', text: '\ufffdA' });
    expect(await read(file('c', '\ufeffHost'))).toEqual({ kind: 'text', text: '\ufeffHost' });
  });

  test('tells what is missing from what cannot be read', async () => {
    expect(await read(join(folder, 'none'))).toEqual({ kind: 'missing' });
    expect(await read(folder, false)).toEqual({ kind: 'unreadable', reason: 'it is a folder' });
    expect(await read(file('big', '#'.repeat(1024 * 1024 + 1)))).toMatchObject({ kind: 'unreadable' });
    expect(await read('/dev/zero', false)).toMatchObject({ kind: 'unreadable' });
    expect(await read('/dev/null', false)).toEqual({ kind: 'text', text: '' });
    symlinkSync('loop', join(folder, 'loop'));
    expect(await read(join(folder, 'loop'))).toEqual({ kind: 'unreadable', reason: 'ELOOP' });
  });

  test('takes a file of a megabyte', async () => {
    const reading = await read(file('full', '#'.repeat(1024 * 1024)));
    expect(reading.kind === 'text' && reading.text.length).toBe(1024 * 1024);
  });

  test.each([
    [0o600, 'text'],
    [0o644, 'text'],
    [0o666, 'refused'],
    [0o602, 'refused'],
  ])('of the mode %o, which must be private: %s', async (mode, kind) => {
    const path = file('a', '', mode);
    expect((await read(path)).kind).toBe(kind);
    expect((await read(path, false)).kind).toBe('text');
  });

  test.skipIf(uid !== 0)(
    'refuses what belongs to another user, or what a shared group can write',
    async () => {
      const path = file('a');
      chownSync(path, 12_345, 0);
      expect(await read(path)).toEqual({ kind: 'refused', reason: 'it belongs to another user' });
      const shared = file('b', '', 0o660);
      chownSync(shared, 0, 54_321);
      expect(await read(shared)).toEqual({ kind: 'refused', reason: 'its group can write it' });
    },
  );
});

describe('finding files by a pattern', () => {
  beforeEach(() => {
    for (const name of ['b.conf', 'a.conf', 'B.conf', '10.conf', '9.conf', '.hidden.conf', 'a b', 'x]y'])
      file(name);
    mkdirSync(join(folder, 'sub.conf'));
    writeFileSync(join(folder, 'sub.conf', 'in.conf'), '');
  });

  test.each([
    ['*.conf', ['10.conf', '9.conf', 'B.conf', 'a.conf', 'b.conf']],
    ['.*.conf', ['.hidden.conf']],
    ['?.conf', ['9.conf', 'B.conf', 'a.conf', 'b.conf']],
    ['[ab].conf', ['a.conf', 'b.conf']],
    ['[!a-z].conf', ['9.conf', 'B.conf']],
    ['[z-a].conf', []],
    ['[', []],
    ['a b', ['a b']],
    [String.raw`a\ b`, ['a b']],
    [String.raw`\*.conf`, []],
    ['x]*', ['x]y']],
    ['*/*.conf', ['sub.conf/in.conf']],
    ['./*/in.conf', ['sub.conf/in.conf']],
    ['none/*', []],
    ['(a|b).conf', []],
    ['sub.conf', []],
  ])('%j', async (pattern, names) => {
    expect(await findFiles(`${folder}/${pattern}`)).toEqual(names.map((name) => join(folder, name)));
  });
});

describe('the accounts of this machine', () => {
  const PASSWD = [
    ...[
      'root:x:0:0::/root:/bin/sh',
      'ann:x:1001:1001::/home/ann:',
      'bob:x:1002:1001::/home/bob:',
      '# c:x:1:1::/:',
    ],
    ...['eve:x:1003:1003::/home/eve:', '+', ''],
  ].join('\n');
  const GROUP = ['root:x:0:', 'ann:x:1001:', 'eve:x:1003:eve', 'wheel:x:10:eve,ann', 'odd:x:11:zoe', ''].join(
    '\n',
  );

  test.each([
    ['ann', '/home/ann'],
    ['zoe', null],
    ['# c', null],
  ])('the home folder of %s is %s', async (user, home) => {
    const accounts = await readAccounts(file('passwd', PASSWD), file('group', GROUP));
    expect(accounts.homeOf(user)).toBe(home);
  });

  test.each([
    ['eve alone', 1003, 1003, true],
    ['root alone, with nobody listed', 0, 0, true],
    ['ann, but also bob', 1001, 1001, false],
    ['eve and ann', 10, 1003, false],
    ['somebody who is not there', 11, 1003, false],
    ['nobody: there is no such group', 99, 1003, false],
  ])('a group of %s', async (_, gid, user, own) => {
    const accounts = await readAccounts(file('passwd', PASSWD), file('group', GROUP));
    expect(accounts.isOwnGroup(gid, user)).toBe(own);
  });

  test('are none where the files are not there', async () => {
    const accounts = await readAccounts('/none/passwd', '/none/group');
    expect([accounts.homeOf('root'), accounts.isOwnGroup(0, 0)]).toEqual([null, false]);
  });
});
