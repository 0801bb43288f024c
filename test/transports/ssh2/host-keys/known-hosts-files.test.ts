import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKnownHostsFiles } from '../../../../src/transports/ssh2/host-keys/known-hosts-files.ts';
import { wireString } from '../../../../src/transports/ssh2/packets/wire.ts';

const KEY = Buffer.concat(['ssh-ed25519', 'a'.repeat(32)].map((it) => wireString(Buffer.from(it))));
const LINE = `ssh-ed25519 ${KEY.toString('base64')}`;
let folder = '';
const at = (name: string) => join(folder, name);
/** The user's own files, by their names. */
const own = (...names: string[]) => ({ knownHosts: names.map(at), globalKnownHosts: [] });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-prep-kh-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('adding a key', () => {
  test('makes a missing file and its folder, for the owner alone', async () => {
    const files = createKnownHostsFiles();
    expect(await files.add(own('ssh/known_hosts'), 'host', KEY)).toEqual({ ok: true, value: undefined });
    expect(await readFile(at('ssh/known_hosts'), 'utf8')).toBe(`host ${LINE}\n`);
    expect((await stat(at('ssh'))).mode & 0o777).toBe(0o700);
    expect((await stat(at('ssh/known_hosts'))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['that ends with a newline', `old ${LINE}\n`, `old ${LINE}\nhost ${LINE}\n`],
    ['whose last line has no newline', `old ${LINE}`, `old ${LINE}\nhost ${LINE}\n`],
    ['that is empty', '', `host ${LINE}\n`],
  ])('goes onto a line of its own in a file %s', async (_, before, after) => {
    await writeFile(at('kh'), before);
    await createKnownHostsFiles().add(own('kh'), 'host', KEY);
    expect(await readFile(at('kh'), 'utf8')).toBe(after);
  });

  test('goes into the first of several files', async () => {
    await writeFile(at('second'), '');
    await createKnownHostsFiles().add(own('first', 'second'), '[host]:2222', KEY);
    expect(await readFile(at('first'), 'utf8')).toBe(`[host]:2222 ${LINE}\n`);
    expect(await readFile(at('second'), 'utf8')).toBe('');
  });

  test('never goes into a file of all users, though that is looked at too', async () => {
    await writeFile(at('global'), `known ${LINE}\n`);
    const files = createKnownHostsFiles();
    const spec = { knownHosts: [at('kh')], globalKnownHosts: [at('global')] };
    const { knownHosts } = await files.rules(spec);
    await files.add(spec, 'host', KEY);
    expect([knownHosts.lookup('known').length, knownHosts.lookup('host').length]).toEqual([1, 1]);
    expect(await readFile(at('global'), 'utf8')).toBe(`known ${LINE}\n`);
    expect(await files.add({ ...spec, knownHosts: [] }, 'host', KEY)).toMatchObject({ ok: false });
  });

  test('makes it known in the same run', async () => {
    const files = createKnownHostsFiles();
    const { knownHosts } = await files.rules(own('kh'));
    await files.add(own('kh'), 'host', KEY);
    expect(knownHosts.lookup('host')).toMatchObject([{ marker: 'key', base64: KEY.toString('base64') }]);
  });

  test('of many hosts at once leaves one whole line for each', async () => {
    const files = createKnownHostsFiles();
    const names = Array.from({ length: 40 }, (_, i) => `host-${i}`);
    await Promise.all(names.map((name) => files.add(own('kh'), name, KEY)));
    expect((await readFile(at('kh'), 'utf8')).split('\n')).toEqual([
      ...names.map((name) => `${name} ${LINE}`),
      '',
    ]);
  });

  test('of two machines by one name at once takes the first, and refuses another key', async () => {
    const files = createKnownHostsFiles();
    const other = Buffer.from(KEY).fill('b', KEY.length - 1);
    const added = await Promise.all([KEY, other, KEY].map((key) => files.add(own('kh'), 'alias', key)));
    expect(added.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await readFile(at('kh'), 'utf8')).toBe(`alias ${LINE}\n`);
  });

  test('says why it cannot be done, and the next one still can', async () => {
    await mkdir(at('folder'));
    const files = createKnownHostsFiles();
    expect(await files.add(own('folder'), 'host', KEY)).toEqual({
      ok: false,
      error: `${at('folder')} cannot be written: EISDIR`,
    });
    expect(await files.add(own(), 'host', KEY)).toEqual({
      ok: false,
      error: 'no known_hosts file is configured',
    });
    expect(await files.add(own('kh'), 'host', KEY)).toMatchObject({ ok: true });
  });
});

describe('reading', () => {
  test('a missing file is an empty one', async () => {
    const { knownHosts, unreadable } = await createKnownHostsFiles().rules(own('none'));
    expect(knownHosts.lookup('host')).toEqual([]);
    expect(unreadable).toEqual([]);
  });
  test('a file that cannot be read is named, and the others are read', async () => {
    await mkdir(at('folder'));
    await writeFile(at('kh'), `host ${LINE}`);
    const { knownHosts, unreadable } = await createKnownHostsFiles().rules(own('folder', 'kh'));
    expect(unreadable).toEqual([`${at('folder')} cannot be read: EISDIR`]);
    expect(knownHosts.lookup('host')).toHaveLength(1);
  });
  test('the same files are read once', async () => {
    const files = createKnownHostsFiles();
    expect(await files.rules(own('kh'))).toBe(await files.rules(own('kh')));
    expect(await files.rules(own('kh', 'other'))).not.toBe(await files.rules(own('kh')));
  });
});
