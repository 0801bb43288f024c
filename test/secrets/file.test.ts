import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { surroundings } from './surroundings.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-secret-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const read = (path: string) => surroundings().read({ kind: 'file', path });

test('a file of one line is the secret', async () => {
  expect(await read(file('good', 's3cret\n'))).toBe('s3cret');
});

test('a link to one too', async () => {
  const link = join(folder, 'link');
  symlinkSync(file('linked', 's3cret'), link);
  expect(await read(link)).toBe('s3cret');
});

describe('the operator is warned of a file that others can get at', () => {
  test.each([0o640, 0o604, 0o644, 0o620, 0o602, 0o666])('mode %o', async (mode) => {
    const { read, warnings } = surroundings();
    const path = file('open', 's3cret\n', mode);
    expect(await read({ kind: 'file', path })).toBe('s3cret');
    expect(warnings).toEqual([
      {
        code: 'SECRET_FILE_OPEN',
        message: expect.stringContaining(`(mode 0${mode.toString(8)})`),
        hint: `chmod 600 ${path}`,
      },
    ]);
  });

  test.each([0o600, 0o400, 0o700])('mode %o is fine', async (mode) => {
    const { read, warnings } = surroundings();
    await read({ kind: 'file', path: file('closed', 's3cret\n', mode) });
    expect(warnings).toEqual([]);
  });
});

describe('what is no secret is a problem that names the file and not what is in it', () => {
  test.each<[string, () => string, RegExp]>([
    ['a missing file', () => join(folder, 'nothing'), /does not exist/],
    ['a folder', () => folder, /is a folder/],
    ['a device', () => '/dev/null', /neither a file nor a pipe/],
    ['a path through a file', () => join(file('plain', 'x'), 'more'), /cannot be read \(ENOTDIR\)/],
    ['an impossible path', () => 'a\0b', /cannot be read/],
    ['an empty file', () => file('empty', ''), /is empty/],
    ['two lines', () => file('two', 's3cret\ns3cret2\n'), /more than one line/],
    ['a large file', () => file('large', 's3cret'.repeat(20_000)), /larger than 64 KiB/],
    ['a binary file', () => file('binary', Uint8Array.of(0xff, 0xfe, 1, 2)), /not UTF-8/],
  ])('%s', async (_, path, expected) => {
    const text = await read(path());
    expect(text).toMatch(/^SECRET_UNAVAILABLE The secret file /);
    expect(text).toMatch(expected);
    expect(text).not.toContain('s3cret');
  });

  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)('a file of somebody else', async () => {
    expect(await read(file('foreign', 's3cret', 0o000))).toMatch(/may not be read by this user/);
  });
});

describe('a pipe', () => {
  function pipe(name: string): string {
    const path = join(folder, name);
    execFileSync('mkfifo', [path]);
    return path;
  }

  test('gives what is written to it, however late', async () => {
    const path = pipe('late');
    // Somebody holds it open for reading, so that what is written is not lost, whoever comes first.
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, 'w');
    const secret = read(path);
    setTimeout(() => {
      writeSync(writer, 's3cret\n');
      closeSync(writer);
    }, 60);
    expect(await secret).toBe('s3cret');
    closeSync(reader);
  });

  test('that nobody writes to is empty', async () => {
    expect(await read(pipe('unused'))).toMatch(/is empty/);
  });

  test('that nothing comes out of is given up', async () => {
    const path = pipe('silent');
    const writer = openSync(path, 'r+');
    const { read } = surroundings({}, { timeoutMs: 50 });
    expect(await read({ kind: 'file', path })).toMatch(/nothing came out of/);
    closeSync(writer);
  });
});
