import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Verb } from '../../src/remote/verb.ts';
import { SHELLS, startAgent, textOf, whereIs } from './agent.ts';
import { ARCHIVE, createSite, fields, inspect, type Site, talk } from './site.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;
const NOBODY = 65_534;

describe.concurrent.each(SHELLS)('inspect in $name', (shell) => {
  test('tells what lies there, the bytes, how long, and that there is room; and touches nothing', async () => {
    const site = createSite();
    utimesSync(site.path, new Date(), new Date(Date.now() - 90_000));
    const [answer] = await talk(site, [inspect(site.path)], { shell });
    expect(fields(answer, 'kind', 'mode', 'size', 'room', 'reads')).toEqual([
      'file',
      '-rw-------',
      String(ARCHIVE.length),
      'yes',
      null,
    ]);
    expect(Buffer.from(answer.texts.get('bytes') ?? [])).toEqual(Buffer.from(ARCHIVE));
    expect(Number(answer.fields.get('age'))).toBeGreaterThanOrEqual(90);
    expect(answer.texts.get('left')).toBeUndefined();
  });

  test('the sum is the one that look tells', async () => {
    const site = createSite();
    const look: Verb = { verb: 'look', path: site.path, limit: 65_536 };
    const [first, second] = await talk(site, [inspect(site.path), look], { shell });
    expect(first.fields.get('sum')).toBe(second?.fields.get('sum'));
  });
});

describe.concurrent('what lies at the path', () => {
  test.each([
    ['nothing', () => {}, 'absent'],
    ['a folder', ({ path }) => mkdirSync(path), 'folder'],
    ['a link', ({ path }) => symlinkSync('elsewhere', path), 'link'],
    ['a pipe', ({ path }) => void spawnSync('mkfifo', [path]), 'other'],
  ] as [string, (site: Site) => void, string][])('%s', async (_, make, kind) => {
    const site = createSite(null);
    make(site);
    // Nobody opens a pipe to see whether somebody else can: whoever writes into it would take that for its reader.
    const [answer] = await talk(site, [inspect(site.path, 'root')]);
    expect(fields(answer, 'kind', 'age', 'reads')).toEqual([kind, null, 'unknown']);
    expect(answer.texts.get('bytes')).toBeUndefined();
  });

  test('nothing, and no folder for it', async () => {
    const site = createSite(null);
    const [answer] = await talk(site, [inspect(`${site.folder}/none/docker.tar.gz`)]);
    expect(fields(answer, 'kind', 'room')).toEqual(['nowhere', 'unknown']);
  });

  test.each([
    ['as many bytes as the limit', 65_536, true],
    ['one more', 65_537, false],
    ['many more', 3_000_000, false],
    ['none', 0, false],
  ])('a file of %s', async (_, size, told) => {
    const site = createSite(new Uint8Array(size).fill(7));
    const [answer] = await talk(site, [inspect(site.path)]);
    expect(fields(answer, 'kind', 'size')).toEqual(['file', String(size)]);
    expect(answer.texts.get('bytes')?.length).toBe(told ? size : undefined);
  });

  test('a time stamp of tomorrow has no age', async () => {
    const site = createSite();
    utimesSync(site.path, new Date(), new Date(Date.now() + 86_400_000));
    const [answer] = await talk(site, [inspect(site.path)]);
    expect(answer.fields.get('age')).toBeUndefined();
  });

  test('an agent without stat tells no age, and all else', async () => {
    const site = createSite();
    site.place.stub('stat', 'exit 1');
    const [answer] = await talk(site, [inspect(site.path)]);
    expect(fields(answer, 'age', 'size')).toEqual([null, String(ARCHIVE.length)]);
    expect(answer.texts.get('bytes')?.length).toBe(ARCHIVE.length);
  });
});

describe.concurrent('a file that changes while it is read', () => {
  const head = whereIs('head');
  const change = async (meanwhile: string) => {
    const site = createSite();
    site.place.stub('head', `${meanwhile.replaceAll('PATH', `'${site.path}'`)}; exec ${head} "$@"`);
    const agent = await startAgent({ place: site.place, tidy: false });
    const answer = await agent.ask(inspect(site.path));
    expect(await agent.finish()).toBe(0);
    const bytes = answer.texts.get('bytes');
    const sum = bytes && createHash('sha256').update(bytes).digest('hex');
    return { answer, site, bytes, sum };
  };

  test.each([
    ['grows', 'echo more >>PATH', ARCHIVE.length + 5],
    ['shrinks', 'printf less >PATH', 4],
  ])('%s: size and sum are of the bytes that are told', async (_, meanwhile, size) => {
    const { answer, site, bytes, sum } = await change(meanwhile);
    expect(bytes && Buffer.from(bytes)).toEqual(readFileSync(site.path));
    expect(fields(answer, 'size', 'sum')).toEqual([String(size), sum]);
  });

  test('grows beyond the limit: none of it is told', async () => {
    const { answer, bytes } = await change('dd if=/dev/zero bs=70000 count=1 >>PATH 2>/dev/null');
    expect(fields(answer, 'size', 'sum')).toEqual(['65537', 'large:65537']);
    expect(bytes).toBeUndefined();
  });

  test('goes: it is told as it was', async () => {
    const { answer, bytes } = await change('rm PATH');
    expect(fields(answer, 'kind', 'size')).toEqual(['file', String(ARCHIVE.length)]);
    expect(bytes && Buffer.from(bytes)).toEqual(Buffer.from(ARCHIVE));
  });

  test('cannot be read to its end: then it is not read', async () => {
    const { answer, bytes } = await change('printf half; exit 1');
    expect(fields(answer, 'kind', 'sum', 'missing')).toEqual(['file', 'unreadable', 'none']);
    expect(bytes).toBeUndefined();
  });
});

describe.concurrent('an agent that lacks a tool which only a check needs says so', () => {
  const ALWAYS = 'cat chmod chown cmp dd find grep id ln ls mkdir mkfifo mv od readlink rm sleep tail tr';

  test.each([
    ['df', 'room', 'unknown'],
    ['head', 'sum', 'unreadable'],
    ['tar', 'kind', 'file'],
  ])('%s', async (lacking, field, value) => {
    const site = createSite();
    const only = join(site.place.folder, 'tools');
    mkdirSync(only);
    for (const name of [...ALWAYS.split(' '), 'sha256sum', 'stat', 'wc', 'df', 'head', 'tar']) {
      const tool = whereIs(name);
      if (name !== lacking && tool !== null) symlinkSync(tool, join(only, name));
    }
    const shell = { name: 'sh', command: '/bin/sh', only };
    const [answer] = await talk(site, [inspect(site.path)], { shell });
    expect(fields(answer, 'missing', field)).toEqual([`,${lacking}`, value]);
  });
});

describe.runIf(root).concurrent('without root', () => {
  test('an archive of root is a file that cannot be read', async () => {
    const site = createSite();
    const [answer] = await talk(site, [inspect(site.path)], { id: NOBODY });
    expect(fields(answer, 'kind', 'sum', 'age', 'room')).toEqual(['file', 'unreadable', null, 'yes']);
    expect(textOf(answer, 'bytes')).toBe('');
  });

  test('one that may be read is', async () => {
    const site = createSite(ARCHIVE, 0o644);
    const [answer] = await talk(site, [inspect(site.path)], { id: NOBODY });
    expect(answer.texts.get('bytes')?.length).toBe(ARCHIVE.length);
  });
});
