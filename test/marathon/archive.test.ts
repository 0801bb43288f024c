import { describe, expect, test } from 'vitest';
import { agent, app, corrected, correctionOf, findingsOf, found, the, type Value } from './support.ts';

const URI = 'file:///etc/docker.tar.gz';
const fetching = (entry: Value) => app({ fetch: [entry] });

test('an app that fetches the archive has nothing wrong about it', () => {
  expect(findingsOf(app())).toEqual([]);
});

describe('APP_ARCHIVE_NOT_FETCHED', () => {
  test.each<[string, Value]>([
    ['fetch', app()],
    ['uris', app({ fetch: [], uris: [URI] })],
    ['uris without fetch', app({ fetch: null, uris: [URI] })],
    ['a plain path', fetching({ uri: '/etc/docker.tar.gz' })],
    ['localhost', fetching({ uri: 'file://localhost/etc/docker.tar.gz' })],
    ['more slashes', fetching({ uri: 'file:////etc//./docker.tar.gz' })],
    ['one of several', app({ fetch: [{ uri: 'https://example.com/x' }, { uri: URI }] })],
  ])('is not said where the archive is fetched: %s', (_, value) => {
    expect(found(value)).toEqual([]);
  });

  test.each<[string, Value, string]>([
    ['nothing', app({ fetch: [] }), '$.fetch'],
    ['null', app({ fetch: null }), '$'],
    ['another file', fetching({ uri: 'file:///etc/docker.tar' }), '$.fetch'],
    ['the same path of a web server', fetching({ uri: 'https://example.com/etc/docker.tar.gz' }), '$.fetch'],
    [
      'an escaped name, which Mesos does not unescape',
      fetching({ uri: 'file:///etc/docker%2Etar.gz' }),
      '$.fetch',
    ],
    ['other uris', app({ fetch: null, uris: ['https://example.com/x'] }), '$.uris'],
  ])('is said where what is fetched is %s', (_, value, path) => {
    expect(found(value)).toEqual([`APP_ARCHIVE_NOT_FETCHED ${path}`]);
    expect(found(corrected(value, the('APP_ARCHIVE_NOT_FETCHED', value)))).toEqual([]);
  });

  test('the correction keeps what is fetched already, in the list that the app uses', () => {
    const value = app({ fetch: null, uris: ['https://example.com/x'] });
    const correction = correctionOf(the('APP_ARCHIVE_NOT_FETCHED', value));
    expect(correction).toEqual({ path: '$.uris', merge: false, value: ['https://example.com/x', URI] });
  });

  test('every agent has its own path: those that lack it are named', () => {
    const targets = [agent('gpu-1'), agent('gpu-2'), agent('web-1', '/srv/docker.tar.gz')];
    const finding = the('APP_ARCHIVE_NOT_FETCHED', app(), { targets });
    expect(finding.message).toContain('The archive `/srv/docker.tar.gz` of `web-1` is in neither');
    expect(finding.hint).toContain('give all agents of the app one archive.path');
    expect(found(app({ fetch: [{ uri: URI }, { uri: '/srv/docker.tar.gz' }] }), { targets })).toEqual([]);
  });

  test.each<[string, Value]>([
    ['without a container', app({ container: null, fetch: [] })],
    ['without an image', app({ container: { type: 'MESOS' }, fetch: [] })],
    [
      'that Mesos itself pulls, with a secret of its own',
      app({
        container: {
          type: 'MESOS',
          docker: { image: 'registry.example.com/a', pullConfig: { secret: 's' } },
        },
        fetch: [],
      }),
    ],
  ])('is not said of an app %s', (_, value) => {
    expect(found(value)).toEqual([]);
  });
});

describe('APP_URIS_AND_FETCH', () => {
  const value = app({ uris: [URI, 'https://example.com/x'] });

  test('is said where both have entries; the correction has each once', () => {
    expect(found(value)).toEqual(['APP_URIS_AND_FETCH $.uris']);
    expect(correctionOf(the('APP_URIS_AND_FETCH', value))?.value).toEqual({
      uris: [],
      fetch: [{ uri: URI }, { uri: 'https://example.com/x' }],
    });
    expect(found(corrected(value, the('APP_URIS_AND_FETCH', value)))).toEqual([]);
  });

  test('is not said of what Marathon up to 1.4 answers: the same in both', () => {
    const marathon = { version: '1.1.1' };
    expect(found(app({ uris: [URI] }), { marathon })).toEqual([]);
    expect(found(app({ uris: [URI] }))).toEqual(['APP_URIS_AND_FETCH $.uris']);
    expect(found(value, { marathon })).toEqual(['APP_URIS_AND_FETCH $.uris']);
  });

  test('is not said where one of them is empty', () => {
    expect(found(app({ uris: [] }))).toEqual([]);
  });
});

describe('APP_FILE_URI_FORM', () => {
  test.each([
    'file:/etc/docker.tar.gz',
    'file:etc/docker.tar.gz',
    'file://etc/docker.tar.gz',
    'FILE:///etc/docker.tar.gz',
    ' file:///etc/docker.tar.gz',
  ])('is said of %s, in either list; the archive counts as meant', (uri) => {
    const inFetch = fetching({ uri });
    expect(found(inFetch)).toEqual(['APP_FILE_URI_FORM $.fetch[0].uri']);
    expect(correctionOf(the('APP_FILE_URI_FORM', inFetch))?.value).toEqual({ uri: URI });
    const inUris = app({ fetch: null, uris: [uri] });
    expect(found(inUris)).toEqual(['APP_FILE_URI_FORM $.uris[0]']);
    expect(found(corrected(inUris, the('APP_FILE_URI_FORM', inUris)))).toEqual([]);
  });

  test('is said of other files too: any of them fails the task', () => {
    expect(found(app({ fetch: [{ uri: URI }, { uri: 'file:/opt/x' }] }))).toEqual([
      'APP_FILE_URI_FORM $.fetch[1].uri',
    ]);
  });
});

describe('the entry of the archive', () => {
  test.each<[string, Value, string, Value]>([
    ['cached', { uri: URI, cache: true }, 'APP_FETCH_CACHED $.fetch[0].cache', { uri: URI }],
    [
      'not extracted',
      { uri: URI, extract: false },
      'APP_FETCH_NOT_EXTRACTED $.fetch[0].extract',
      { uri: URI },
    ],
    [
      'executable',
      { uri: URI, executable: true },
      'APP_FETCH_EXECUTABLE $.fetch[0].executable',
      { uri: URI },
    ],
    [
      'of another name',
      { uri: URI, destPath: 'creds' },
      'APP_FETCH_DEST_SUFFIX $.fetch[0].destPath',
      { uri: URI },
    ],
    [
      'only gunzipped',
      { uri: URI, destPath: 'a.gz' },
      'APP_FETCH_DEST_SUFFIX $.fetch[0].destPath',
      { uri: URI },
    ],
    [
      'in capitals',
      { uri: URI, destPath: 'A.TGZ' },
      'APP_FETCH_DEST_SUFFIX $.fetch[0].destPath',
      { uri: URI },
    ],
    [
      'of Marathon 1.4',
      { uri: URI, outputFile: 'a.txt' },
      'APP_FETCH_DEST_SUFFIX $.fetch[0].outputFile',
      { uri: URI },
    ],
    [
      'cached, with what may stay',
      { uri: URI, cache: true, extract: true, destPath: 'a.tgz' },
      'APP_FETCH_CACHED $.fetch[0].cache',
      { uri: URI, extract: true, destPath: 'a.tgz' },
    ],
  ])('%s', (_, entry, finding, correction) => {
    const value = fetching(entry);
    const [first] = findingsOf(value);
    expect(found(value)).toEqual([finding]);
    if (first === undefined) return;
    expect(first.severity).toBe('error');
    expect(correctionOf(first)?.value).toEqual(correction);
    expect(found(corrected(value, first))).toEqual([]);
  });

  test('all faults of one entry are told, and each correction is good', () => {
    const value = fetching({ uri: URI, cache: true, extract: false, executable: true, destPath: 'x' });
    expect(found(value).map((line) => line.split(' ')[0])).toEqual([
      'APP_FETCH_CACHED',
      'APP_FETCH_NOT_EXTRACTED',
      'APP_FETCH_EXECUTABLE',
      'APP_FETCH_DEST_SUFFIX',
    ]);
    for (const finding of findingsOf(value)) expect(found(corrected(value, finding))).toEqual([]);
  });

  test('other entries may be all that', () => {
    const other = { uri: 'https://example.com/run', cache: true, executable: true, destPath: 'run' };
    expect(found(app({ fetch: [{ uri: URI }, other] }))).toEqual([]);
  });

  test.each(['.tar', '.tgz', '.tar.gz', '.tbz2', '.tar.bz2', '.txz', '.tar.xz'])(
    'fetched as a name with %s it is unpacked',
    (suffix) => {
      expect(found(fetching({ uri: URI, destPath: `creds${suffix}` }))).toEqual([]);
    },
  );

  test('a path of the inventory whose name tells nothing is given one that does', () => {
    const targets = [agent('gpu-1', '/etc/creds')];
    const value = fetching({ uri: 'file:///etc/creds' });
    expect(found(value, { targets })).toEqual(['APP_FETCH_NOT_EXTRACTED $.fetch[0].uri']);
    const good = corrected(value, the('APP_FETCH_NOT_EXTRACTED', value, { targets }));
    expect(good).toEqual(fetching({ uri: 'file:///etc/creds', destPath: 'docker.tar.gz' }));
    expect(found(good, { targets })).toEqual([]);
    const uris = app({ fetch: null, uris: ['https://example.com/x', '/etc/creds'] });
    expect(found(corrected(uris, the('APP_FETCH_NOT_EXTRACTED', uris, { targets })), { targets })).toEqual(
      [],
    );
  });
});
