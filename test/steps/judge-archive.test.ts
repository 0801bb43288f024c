import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Header } from 'tar';
import { describe, expect, test } from 'vitest';
import { packArchive } from '../../src/credential/archive.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Inspection } from '../../src/steps/inspect.ts';
import { type ArchiveRules, judgeArchive } from '../../src/steps/judge-archive.ts';
import type { Look } from '../../src/steps/look.ts';
import { CTX, registry, SECRET, USER } from './support.ts';

const NAME = 'registry.example.com:5000';
const HUB = 'docker.io';
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const MINE = { auth: base64(`${USER}:${SECRET.reveal()}`) };
const OLD_SECRET = 'the-old-password-of-somebody';
const configOf = (config: object) => packArchive(JSON.stringify(config));
const GOOD = configOf({ auths: { [NAME]: MINE } });

/** A tar archive of these entries, as gzip. */
function tarOf(
  entries: readonly {
    path: string;
    type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice';
    body?: string;
    linkpath?: string;
  }[],
) {
  const blocks = entries.flatMap(({ path, type = 'File', body = '', linkpath = '' }) => {
    const block = Buffer.alloc(512);
    new Header({ path, type, mode: 0o600, size: body.length, mtime: new Date(0), linkpath }).encode(block);
    const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512);
    padded.write(body);
    return [block, padded];
  });
  return new Uint8Array(gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
}

const file = (bytes: Uint8Array | null, more: Partial<Extract<Look, { kind: 'file' }>> = {}): Look => ({
  kind: 'file',
  sum: '1:1',
  size: bytes?.length ?? 70_000,
  mode: '-rw-------',
  owner: 'root',
  group: 'root',
  uid: '0',
  gid: '0',
  bytes,
  ...more,
});

const inspection = (look: Look, more: Partial<Inspection> = {}): Inspection => ({
  look,
  room: 'yes',
  taskUser: null,
  ageSeconds: 1,
  leftovers: [],
  missing: [],
  ...more,
});

function judge(look: Look, more: Partial<Inspection> = {}, rules: Partial<ArchiveRules> = {}) {
  return judgeArchive(inspection(look, more), {
    ctx: CTX,
    registries: [registry(NAME)],
    secrets: new Map([[NAME, SECRET]]),
    taskUser: null,
    isIssued: () => false,
    ...rules,
  });
}

const codes = (judged: ReturnType<typeof judge>) => judged.failures.map(({ code }) => code);

test('an archive that is as the inventory says has no failure, and its entry', () => {
  const judged = judge(file(GOOD));
  expect(judged).toMatchObject({ failures: [], unpackable: true, uncompared: [], expiresAt: null });
  expect(judged.entries.get(NAME)).toEqual({ key: NAME, auth: MINE.auth });
});

describe('what lies there is told apart:', () => {
  const other = { auth: base64('other:secret') };
  test.each([
    ['nothing', { kind: 'absent' }, 'ARCHIVE_MISSING', /no archive at \/etc\/docker\.tar\.gz/],
    ['not even its folder', { kind: 'nowhere' }, 'ARCHIVE_MISSING', /no archive/],
    ['a link', { kind: 'link' }, 'ARCHIVE_PATH_UNUSABLE', /symbolic link/],
    ['a folder', { kind: 'folder' }, 'ARCHIVE_PATH_UNUSABLE', /it is a folder/],
    ['a device', { kind: 'other' }, 'ARCHIVE_PATH_UNUSABLE', /no plain file/],
    ['a file that may not be read', { kind: 'unreadable' }, 'ARCHIVE_PATH_UNUSABLE', /cannot be read/],
    ['half an archive', file(GOOD.slice(0, 200)), 'ARCHIVE_INVALID', /no whole gzip file/],
    ['an empty file', file(new Uint8Array()), 'ARCHIVE_INVALID', /./],
    ['a gzip of something else', file(gzipSync('hello')), 'ARCHIVE_INVALID', /no whole tar archive/],
    ['something large', file(null), 'ARCHIVE_INVALID', /more than 64 KiB/],
    ['no gzip', file(Buffer.from('BZh9')), 'ARCHIVE_INVALID', /not compressed with gzip/],
    [
      'the folder without its dot',
      file(tarOf([{ path: 'docker/config.json', body: JSON.stringify({ auths: { [NAME]: MINE } }) }])),
      'ARCHIVE_INVALID',
      /without the dot/,
    ],
    ['no JSON', file(tarOf([{ path: '.docker/config.json', body: '{' }])), 'ARCHIVE_INVALID', /no JSON/],
    ['no config.json', file(tarOf([{ path: '.docker/other', body: 'x' }])), 'ARCHIVE_INVALID', /holds no/],
    [
      'a credential store',
      file(configOf({ auths: { [NAME]: MINE }, credsStore: 'secretservice' })),
      'ARCHIVE_INVALID',
      /credential store secretservice/,
    ],
    [
      'a credential helper',
      file(configOf({ auths: { [NAME]: MINE }, credHelpers: { [NAME]: 'ecr-login' } })),
      'ARCHIVE_INVALID',
      /credential helpers/,
    ],
    [
      'no entry',
      file(configOf({ auths: {} })),
      'ARCHIVE_INVALID',
      /no entry for registry\.example\.com:5000/,
    ],
    [
      'a byte order mark, which docker cannot read',
      file(packArchive(`\ufeff${JSON.stringify({ auths: { [NAME]: MINE } })}`)),
      'ARCHIVE_INVALID',
      /no JSON/,
    ],
    [
      'an entry that docker cannot decode, for which it gives up all',
      file(configOf({ auths: { [NAME]: MINE, [`https://${NAME}/v1/`]: { auth: 'bm9jb2xvbg==' } } })),
      'ARCHIVE_INVALID',
      /cannot load its config\.json/,
    ],
    [
      'helpers that are no map',
      file(configOf({ auths: { [NAME]: MINE }, credHelpers: ['x'] })),
      'ARCHIVE_INVALID',
      /no map/,
    ],
    [
      'a store by another spelling',
      file(configOf({ auths: { [NAME]: MINE }, credsstore: 'desktop' })),
      'ARCHIVE_INVALID',
      /credsstore, which docker takes/,
    ],
    [
      'a NUL in a password',
      file(configOf({ auths: { [NAME]: { auth: base64('u:a\0b') } } })),
      'ARCHIVE_INVALID',
      /no usable credential/,
    ],
    ['an empty entry', file(configOf({ auths: { [NAME]: {} } })), 'ARCHIVE_INVALID', /no usable credential/],
    [
      'an entry that docker cannot read',
      file(configOf({ auths: { [NAME]: { auth: 'no base64!' } } })),
      'ARCHIVE_INVALID',
      /no usable credential/,
    ],
    [
      'a registry that is not in the inventory',
      file(configOf({ auths: { [NAME]: MINE, 'other.example.com': other } })),
      'ARCHIVE_FOREIGN',
      /other\.example\.com/,
    ],
    [
      'another password',
      file(configOf({ auths: { [NAME]: { auth: base64(`${USER}:${OLD_SECRET}`) } } })),
      'ARCHIVE_STALE',
      /another credential for registry\.example\.com:5000/,
    ],
    ['another user', file(configOf({ auths: { [NAME]: other } })), 'ARCHIVE_STALE', /another credential/],
    [
      'another mode',
      file(GOOD, { mode: '-rw-r--r--' }),
      'ARCHIVE_MODE',
      /root:root -rw-r--r--, .*root:root -rw-------/,
    ],
    ['another owner', file(GOOD, { owner: 'daemon', uid: '1' }), 'ARCHIVE_MODE', /daemon:root/],
    [
      'a symbolic link in it',
      file(
        tarOf([
          { path: '.docker', type: 'SymbolicLink', linkpath: '/etc' },
          { path: '.docker/config.json', body: JSON.stringify({ auths: { [NAME]: MINE } }) },
        ]),
      ),
      'ARCHIVE_INVALID',
      /must not be unpacked: it holds \.docker/,
    ],
    [
      'a path that leads out of it',
      file(
        tarOf([
          { path: '../etc/cron.d/x', body: 'x' },
          { path: '.docker/config.json', body: JSON.stringify({ auths: { [NAME]: MINE } }) },
        ]),
      ),
      'ARCHIVE_INVALID',
      /must not be unpacked/,
    ],
  ] as [string, Look, string, RegExp][])('%s', (_, look, code, words) => {
    const judged = judge(look);
    expect(codes(judged)).toEqual([code]);
    expect(judged.failures[0]).toMatchObject({ step: 'install', message: expect.stringMatching(words) });
  });
});

describe('around it:', () => {
  const missing = { kind: 'absent' } as const;
  test.each([
    ['no room for the next one', { room: 'no-space' }, 'NO_SPACE', /256 KiB/],
    ['room that nobody can tell', { room: 'unknown' }, 'NO_SPACE', /df does not tell/],
    ['a file system that is read-only', { room: 'read-only' }, 'READ_ONLY', /read-only/],
    ['no tar', { missing: ['tar'] }, 'SHELL_UNUSABLE', /lacks tar/],
  ] as [string, Partial<Inspection>, string, RegExp][])('%s', (_, more, code, words) => {
    expect(codes(judge(file(GOOD), more))).toEqual([code]);
    expect(judge(file(GOOD), more).failures[0]?.message).toMatch(words);
    expect(codes(judge(missing, more))).toEqual(['ARCHIVE_MISSING', code]);
  });

  test.each([
    ['reads', []],
    ['denied', ['ARCHIVE_UNREADABLE_BY_TASK']],
    ['no-such-user', ['ARCHIVE_UNREADABLE_BY_TASK']],
    ['cannot-tell', ['ARCHIVE_UNREADABLE_BY_TASK']],
  ] as const)('the task user: %s', (taskUser, expected) => {
    expect(codes(judge(file(GOOD), { taskUser }, { taskUser: 'nobody' }))).toEqual(expected);
  });
});

test('all faults are told, one failure a code, with all that was found of it', () => {
  const bytes = configOf({
    auths: { [NAME]: { auth: base64(`${USER}:${OLD_SECRET}`) }, x: {}, y: {} },
    credsStore: 'pass',
  });
  const judged = judge(file(bytes, { mode: '-rwxrwxrwx' }), { room: 'no-space' });
  expect(codes(judged)).toEqual([
    'ARCHIVE_INVALID',
    'ARCHIVE_FOREIGN',
    'ARCHIVE_STALE',
    'ARCHIVE_MODE',
    'NO_SPACE',
  ]);
  expect(judged.failures[1]?.message).toContain('x, y');
});

describe('Docker Hub', () => {
  const rules = { registries: [registry(HUB)], secrets: new Map([[HUB, SECRET]]) };
  test('is looked up by its own key', () => {
    const judged = judge(file(configOf({ auths: { 'https://index.docker.io/v1/': MINE } })), {}, rules);
    expect(codes(judged)).toEqual([]);
  });

  test('under docker.io it is never found: docker login of 17.03 and older puts it there', () => {
    const judged = judge(file(configOf({ auths: { 'docker.io': MINE } })), {}, rules);
    expect(codes(judged)).toEqual(['ARCHIVE_INVALID']);
    expect(judged.failures[0]?.message).toMatch(/under the key docker\.io, where docker does not look/);
    expect(judged.entries.size).toBe(0);
  });
});

describe('is it the inventory’s credential?', () => {
  const token = { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 'a.b.c' };
  const none = { secrets: new Map() };
  test('without the secret it cannot be told, and fails nothing', () => {
    const judged = judge(file(GOOD), {}, none);
    expect(judged).toMatchObject({ failures: [], uncompared: [NAME] });
  });

  test('another user is another credential, with or without the secret', () => {
    const bytes = configOf({ auths: { [NAME]: { auth: base64('other:x') } } });
    expect(codes(judge(file(bytes), {}, none))).toEqual(['ARCHIVE_STALE']);
  });

  test('an identity token is known by the record of it alone', () => {
    const bytes = configOf({ auths: { [NAME]: { ...token, auth: base64(`${USER}:`) } } });
    expect(judge(file(bytes))).toMatchObject({ failures: [], uncompared: [NAME] });
    expect(judge(file(bytes), {}, { isIssued: () => true })).toMatchObject({ failures: [], uncompared: [] });
  });

  test('when it ends is read from a JWT', () => {
    const claims = Buffer.from(JSON.stringify({ exp: 1_900_000_000 })).toString('base64url');
    const bytes = configOf({ auths: { [NAME]: { auth: base64(`${USER}:x.${claims}.y`) } } });
    expect(judge(file(bytes), {}, none).expiresAt).toBe('2030-03-17T17:46:40.000Z');
  });
});

describe('whatever bytes lie there', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    fc.string().map((text) => new Uint8Array(gzipSync(text))),
    fc.json().map((text) => packArchive(text)),
    fc
      .dictionary(fc.string(), fc.anything())
      .map((auths) => configOf({ auths: JSON.parse(JSON.stringify(auths)) })),
  );

  test('there is a judgement', () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        const judged = judge(file(bytes));
        expect(judged.failures.length).toBeGreaterThan(0);
      }),
    );
  });

  test('no secret that lies there gets into the words', () => {
    const password = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/);
    const key = fc.constantFrom(NAME, HUB, 'x.example.com', 'https://index.docker.io/v1/');
    const auths = fc.dictionary(key, password);
    fc.assert(
      fc.property(auths, (all) => {
        const entries = Object.entries(all).map(([name, secret]) => [
          name,
          { auth: base64(`someone:${secret}`) },
        ]);
        const words = JSON.stringify(judge(file(configOf({ auths: Object.fromEntries(entries) }))).failures);
        for (const secret of Object.values(all)) {
          expect(words).not.toContain(secret);
          expect(words).not.toContain(base64(`someone:${secret}`));
        }
      }),
    );
  });
});

test('the compared secret may hold anything', () => {
  const secret = new Secret('pä:ß "');
  const bytes = configOf({ auths: { [NAME]: { auth: base64(`${USER}:${secret.reveal()}`) } } });
  expect(codes(judge(file(bytes), {}, { secrets: new Map([[NAME, secret]]) }))).toEqual([]);
});
