import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Header } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHIVE_LIMIT, packArchive, readArchive } from '../../src/credential/archive.ts';
import { configJson } from '../../src/credential/config-json.ts';

const ENTRY = { key: 'registry.example.com', auth: Buffer.from('ci:s3cret').toString('base64') };
const CONFIG = configJson([ENTRY]);
const NOTHING = { credsStore: null, credHelpers: [], files: [], opaque: [], unloadable: null, unsafe: [] };

interface Item {
  readonly path: string;
  readonly body?: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link';
  readonly linkpath?: string;
}

/** A tar archive of anything, for the reader. */
function tar(...items: readonly Item[]): Buffer {
  const blocks = items.map(({ path, body = '', type = 'File', linkpath }) => {
    const head = Buffer.alloc(512);
    const size = Buffer.byteLength(body);
    new Header({ path, type, mode: 0o600, size, ...(linkpath === undefined ? {} : { linkpath }) }).encode(
      head,
    );
    return Buffer.concat([head, Buffer.from(body), Buffer.alloc((512 - (size % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const file = (path: string, body = ''): Item => ({ path, body });
const tgz = (...items: readonly Item[]) => gzipSync(tar(...items));

describe('what is packed', () => {
  test('is the same to the byte, always and everywhere', () => {
    const sum = createHash('sha256').update(packArchive(CONFIG)).digest('hex');
    expect(sum).toBe('bbc437445f7479831caf18395ef93b49820c068daace1b6334690f3f41c18f51');
  });

  test('is what the reader finds', () => {
    expect(readArchive(packArchive(CONFIG))).toEqual({
      ok: true,
      value: { ...NOTHING, registries: [{ key: ENTRY.key, entry: ENTRY }] },
    });
  });

  test.each([0, 1, 511, 512, 513, 40_000])('keeps a config.json of %i bytes whole', (size) => {
    const unpacked = gunzipSync(packArchive('x'.repeat(size)));
    expect(unpacked.length % 512).toBe(0);
    expect(unpacked.subarray(1024, 1024 + size).toString()).toBe('x'.repeat(size));
    expect(unpacked.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });

  const has = (program: string) => spawnSync(program, ['--help']).error === undefined;
  const folder = { path: '' };
  beforeAll(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'archive-test-'));
    writeFileSync(join(folder.path, 'docker.tar.gz'), packArchive(CONFIG));
  });
  afterAll(() => rmSync(folder.path, { recursive: true }));
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });

  test('gzip finds nothing wrong with it', () => expect(run('gzip', '-t', 'docker.tar.gz')).toBe(''));

  test('tar lists it as the documents show it', () => {
    const [first, second, ...rest] = run('tar', '-tvzf', 'docker.tar.gz').trimEnd().split('\n');
    expect(first).toMatch(/^drwx------ +(0 +)?root[/ ] *root +0 .* \.docker\/$/);
    expect(second).toMatch(
      new RegExp(`^-rw------- +(0 +)?root[/ ] *root +${CONFIG.length} .* \\.docker/config\\.json$`),
    );
    expect(rest).toEqual([]);
  });

  // Debian: apt-get install busybox
  const BUSYBOX: readonly (readonly string[])[] =
    has('busybox') || process.env.CI ? [['busybox', 'tar']] : [];
  test.each([['tar'], ...BUSYBOX])('%s %s unpacks it as Mesos does, without a word', (...words) => {
    const [program = '', ...first] = words;
    const target = mkdtempSync(join(folder.path, 'sandbox-'));
    const gzipped = first.length > 0 ? '-xzf' : '-xf';
    const done = spawnSync(program, [...first, '-C', target, gzipped, 'docker.tar.gz'], { cwd: folder.path });
    expect([done.status, done.stderr.toString()]).toEqual([0, '']);
    expect(readFileSync(join(target, '.docker/config.json'), 'utf8')).toBe(CONFIG);
    expect(statSync(join(target, '.docker')).mode & 0o777).toBe(0o700);
    expect(statSync(join(target, '.docker/config.json')).mode & 0o777).toBe(0o600);
  });
});

const auths = (...keys: string[]) =>
  JSON.stringify({ auths: Object.fromEntries(keys.map((key) => [key, { auth: ENTRY.auth }])) });
const found = (...keys: string[]) => keys.map((key) => ({ key, entry: { key, auth: ENTRY.auth } }));

describe('the reader understands', () => {
  test.each([
    ['./ before the path', tgz(file('./.docker/config.json', auths('a'))), found('a')],
    ['several of them', tgz(file('././/.docker//config.json', auths('a'))), found('a')],
    ['no compression', tar(file('.docker/config.json', auths('a'))), found('a')],
    [
      'two gzip files in one',
      Buffer.concat([gzipSync(''), tgz(file('.docker/config.json', auths('a')))]),
      found('a'),
    ],
    [
      'a file twice: the later one counts',
      tgz(file('.docker/config.json', auths('a')), file('.docker/config.json', auths('b'))),
      found('b'),
    ],
    [
      'an entry without a credential',
      tgz(file('.docker/config.json', '{"auths":{"a":{}}}')),
      [{ key: 'a', entry: null }],
    ],
    [
      'a registry named __proto__',
      tgz(file('.docker/config.json', `{"auths":{"__proto__":{"auth":"${ENTRY.auth}"}}}`)),
      found('__proto__'),
    ],
  ])('%s', (_, bytes, registries) => {
    expect(readArchive(bytes)).toEqual({ ok: true, value: { ...NOTHING, registries } });
  });

  test('what else is there: other files, the old .dockercfg, a store, helpers', () => {
    const config = { auths: {}, credsStore: 'os\x1bkeychain', credHelpers: { 'gcr.io': 'gcloud' } };
    const bytes = tgz(
      { path: '.docker/', type: 'Directory' },
      file('.docker/config.json', JSON.stringify(config)),
      file('.docker/key.json', '{}'),
      file('.dockercfg', '{"old.example.com":{"auth":"eA==","email":"x"}}'),
      file('bad\x07name'),
    );
    expect(readArchive(bytes)).toEqual({
      ok: true,
      value: {
        registries: [{ key: 'old.example.com', entry: null }],
        credsStore: 'os\\x1bkeychain',
        credHelpers: ['gcr.io'],
        files: ['.docker/key.json', '.dockercfg', 'bad\\x07name'],
        opaque: [],
        unloadable: null,
        unsafe: [],
      },
    });
  });

  test('a .dockercfg alone', () => {
    const contents = readArchive(tgz(file('.dockercfg', '{"old.example.com":{}}')));
    expect(contents).toMatchObject({
      ok: true,
      value: { registries: [{ key: 'old.example.com', entry: null }] },
    });
  });
});

describe('the reader cannot judge, and says so:', () => {
  const link: Item = { path: '.docker/config.json', type: 'SymbolicLink', linkpath: '../secret' };
  test.each([
    ['a large file', Buffer.alloc(ARCHIVE_LIMIT + 1), /more than 64 KiB/],
    ['a bomb', gzipSync(Buffer.alloc(50_000_000)), /more than 1 MiB/],
    ['bzip2', Buffer.from('BZh91AY'), /bzip2/],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /xz/],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), /zstd/],
    ['a link for a config.json', tgz(link), /a link named \.docker\/config\.json/],
  ])('%s', (_, bytes, what) => {
    const contents = readArchive(bytes);
    expect(contents).toMatchObject({
      ok: true,
      value: { registries: [], opaque: [expect.stringMatching(what)] },
    });
  });
});

describe('tar or docker could do nothing with', () => {
  const whole = tgz(file('.docker/config.json', auths('a')));
  test.each([
    ['nothing', Buffer.alloc(0), /no whole tar/],
    ['a text', Buffer.from('hello\n'), /no whole tar/],
    ['an empty gzip file', gzipSync(''), /no whole tar/],
    ['a gzip file in a gzip file', gzipSync(whole), /no whole tar/],
    ['a file that was cut', whole.subarray(0, whole.length - 20), /no whole gzip/],
    [
      'a tar that was cut',
      gzipSync(tar(file('.docker/config.json', auths('a'))).subarray(0, 520)),
      /no whole tar/,
    ],
    ['a broken header', gzipSync(tar(file('.docker/config.json', '{}')).fill(1, 0, 4)), /no whole tar/],
    ['an archive without anything', tgz(), /no whole tar/],
    [
      'a folder of that name',
      tgz({ path: '.docker/config.json/', type: 'Directory' }),
      /no \.docker\/config\.json/,
    ],
    ['the path without the dot', tgz(file('docker/config.json', auths('a'))), /without the dot/],
    [
      'another folder before it',
      tgz(file('root/.docker/config.json', auths('a'))),
      /no \.docker\/config\.json/,
    ],
    ['a path that leads away', tgz(file('../.docker/config.json', auths('a'))), /no \.docker\/config\.json/],
    ['half a config.json', tgz(file('.docker/config.json', '{"auths":')), /no JSON object/],
    ['a config.json of another kind', tgz(file('.docker/config.json', '"x"')), /no JSON object/],
  ])('%s', (_, bytes, reason) => {
    expect(readArchive(bytes)).toEqual({ ok: false, error: expect.stringMatching(reason) });
  });
});

describe('any bytes give a value', () => {
  const value = (bytes: Uint8Array) => expect(typeof readArchive(bytes).ok).toBe('boolean');
  test('as they are, and packed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        value(bytes);
        value(gzipSync(bytes));
        value(gzipSync(tar(file('.docker/config.json', Buffer.from(bytes).toString('latin1')))));
      }),
    );
  });
  test('and so do archives with some bytes changed', () => {
    const good = tar(file('.docker/config.json', auths('a')), file('.dockercfg', '{}'));
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, mend) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        if (mend) mendSum(bytes);
        value(gzipSync(bytes));
        value(bytes);
      }),
    );
  });
});

/** Puts the right sum into the first header, so that the reader goes on to look at the rest of it. */
function mendSum(bytes: Buffer) {
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

test('auths that are no map hold nothing, and docker loads none of it', () => {
  const read = readArchive(tgz(file('.docker/config.json', '{"auths":[1]}')));
  expect(read).toMatchObject({ ok: true, value: { unloadable: 'auths or credHelpers is no map' } });
});
