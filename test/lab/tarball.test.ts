import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { listEntries, packFile } from '../../src/lab/tarball.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'node-prep-tarball-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('what is packed is listed with its name, mode and size', () => {
  expect(listEntries(packFile('.docker/config.json', 0o600, 'x'.repeat(600)))).toEqual([
    { name: '.docker/config.json', mode: 0o600, size: 600 },
  ]);
});

test('tar reads what is packed', () => {
  const file = join(folder(), 'a.tar.gz');
  writeFileSync(file, packFile('.docker/config.json', 0o600, '{"a":1}'));
  expect(execFileSync('tar', ['-xzOf', file, '.docker/config.json'], { encoding: 'utf8' })).toBe('{"a":1}');
});

test('what tar packs is listed', () => {
  const at = folder();
  execFileSync(
    'sh',
    ['-c', 'mkdir .docker && printf 12345 >.docker/config.json && chmod 640 .docker/config.json'],
    {
      cwd: at,
    },
  );
  const packed = execFileSync('sh', ['-c', 'COPYFILE_DISABLE=1 tar -cf - .docker | gzip'], { cwd: at });
  expect(listEntries(packed).map(({ name, size }) => [name, size])).toEqual([
    ['.docker/', 0],
    ['.docker/config.json', 5],
  ]);
  expect(listEntries(packed)[1]?.mode).toBe(0o640);
});

test.each([
  ['no archive at all', Buffer.from('not gzip')],
  ['more than a megabyte', gzipSync(Buffer.alloc(2_000_000))],
])('%s is refused', (_, bytes) => {
  expect(() => listEntries(bytes)).toThrow();
});

test.each([
  ['an empty archive', gzipSync(Buffer.alloc(1024))],
  ['one cut short', gzipSync(Buffer.from('name'))],
])('%s has no entries', (_, bytes) => {
  expect(listEntries(bytes)).toEqual([]);
});
