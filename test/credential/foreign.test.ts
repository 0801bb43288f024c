import { expect, test } from 'vitest';
import type { ArchiveContents } from '../../src/credential/contents.ts';
import { foreignRegistries } from '../../src/credential/foreign.ts';

const HUB = 'https://index.docker.io/v1/';
const contents = (keys: readonly string[], more: Partial<ArchiveContents> = {}): ArchiveContents => ({
  registries: keys.map((key) => ({ key, entry: null })),
  credsStore: null,
  credHelpers: [],
  files: [],
  opaque: [],
  unloadable: null,
  unsafe: [],
  ...more,
});

test.each([
  ['nothing', contents([]), ['a.example.com'], []],
  ['the wanted registry', contents(['a.example.com']), ['a.example.com'], []],
  ['the wanted registry under an old key', contents(['https://a.example.com/v1/']), ['a.example.com'], []],
  ['another port', contents(['a.example.com:5000']), ['a.example.com'], ['a.example.com:5000']],
  ['Docker Hub, by its own name', contents([HUB, 'docker.io', 'index.docker.io']), [], ['docker.io']],
  ['Docker Hub where it is wanted', contents(['docker.io', HUB]), [HUB], []],
  ['several, sorted', contents(['c', 'b', 'a']), ['b'], ['a', 'c']],
  ['helpers', contents([], { credHelpers: ['gcr.io', 'a'] }), ['a'], ['gcr.io']],
  ['a store', contents(['a'], { credsStore: 'pass' }), ['a'], ['whatever the credential store pass has']],
  ['what cannot be read', contents(['a'], { opaque: ['a link'] }), ['a'], ['a link']],
  ['files are no credentials', contents(['a'], { files: ['.docker/key.json'] }), ['a'], []],
  ['names with control characters', contents(['\x1b[2J']), [], ['\\x1b[2J']],
])('foreign in an archive with %s', (_, archive, wanted, names) => {
  expect(foreignRegistries(archive, wanted)).toEqual(names);
});

test('no more than twenty are named, and none at length', () => {
  const many = Array.from({ length: 500 }, (_, index) => `r${String(index).padStart(3, '0')}`);
  const names = foreignRegistries(contents([...many, 'x'.repeat(10_000)]), ['r001']);
  expect(names).toHaveLength(21);
  expect(names.slice(0, 2)).toEqual(['r000', 'r002']);
  expect(names.at(-1)).toBe('and 480 more');
  expect(foreignRegistries(contents(['x'.repeat(10_000)]), [])[0]?.length).toBeLessThan(300);
});

test.each([
  'https://me:hunter2@r.example.com',
  'me:hun/ter2@r.example.com',
  'http://me@r.example.com:hunter2@x',
])('what may be a password in a key is not shown: %s', (key) => {
  const [name] = foreignRegistries(contents([key]), ['a.example.com']);
  expect(name).toMatch(/^…@/);
  expect(name).not.toMatch(/hun|ter2/);
});
