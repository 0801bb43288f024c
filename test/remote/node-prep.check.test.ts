import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { packArchive } from '../../src/credential/archive.ts';
import type { Answer } from '../../src/remote/answer.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { createPlace, type Place, SHELLS, type Shell, startAgent, textOf } from './agent.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;
const ARCHIVE = packArchive('{"auths":{"r.example.com":{"auth":"cDpz"}}}');
const unpack: Verb = { verb: 'unpack', seconds: 20 };
const inspect = (path: string, taskUser = ''): Verb => ({ verb: 'inspect', path, limit: 65_536, taskUser });
const fields = ({ fields: all }: Answer, ...names: string[]) => names.map((name) => all.get(name) ?? null);

interface Site {
  readonly place: Place;
  readonly folder: string;
  readonly path: string;
}

/** An archive in a folder of its own, whose name is not an easy one; anybody may get there. */
function createSite(bytes: Uint8Array | null = ARCHIVE, mode = 0o600): Site {
  const place = createPlace();
  const folder = join(place.folder, 'e t[c] $(x)');
  mkdirSync(folder);
  chmodSync(place.folder, 0o755);
  const path = join(folder, 'docker.tar.gz');
  if (bytes !== null) {
    writeFileSync(path, bytes);
    chmodSync(path, mode);
  }
  return { place, folder, path };
}

/** Everything there, with what a change of it would show. */
function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .sort()
    .map((name) => {
      const { mode, uid, gid, mtimeMs, ctimeMs, size } = lstatSync(join(folder, name));
      return [name, mode, uid, gid, mtimeMs, ctimeMs, size].join(' ');
    });
}

/** Asks one agent, one verb after the other; it has to end well and leave nothing behind. */
async function talk(site: Site, verbs: readonly Verb[], more: { shell?: Shell; tidy?: boolean } = {}) {
  const before = listing(site.folder);
  const agent = await startAgent({ place: site.place, tidy: false, ...more });
  const answers: Answer[] = [];
  for (const verb of verbs) answers.push(await agent.ask(verb));
  expect(await agent.finish()).toBe(0);
  expect(listing(site.folder)).toEqual(before);
  return answers as [Answer, ...Answer[]];
}

describe.each(SHELLS)('inspect in $name', (shell) => {
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

  test('unpack gives docker a HOME with the archive, without the variables that would lead it elsewhere', async () => {
    const site = createSite();
    const record = join(site.place.folder, 'record');
    site.place.stub(
      'docker',
      `{ echo "$*"; cat "$HOME/.docker/config.json"; echo; env | grep ^DOCKER_ || :; } >>'${record}'`,
    );
    const image = 'r.example.com/app:1';
    const [, unpacked, pull] = await talk(
      site,
      [inspect(site.path), unpack, { verb: 'pull', seconds: 20, image }],
      { shell },
    );
    expect(fields(unpacked as Answer, 'code', 'timed', 'config')).toEqual(['0', 'no', 'yes']);
    expect(pull?.fields.get('code')).toBe('0');
    const config = '{"auths":{"r.example.com":{"auth":"cDpz"}}}';
    expect(readFileSync(record, 'utf8').split('\n').filter(Boolean)).toEqual([`pull ${image}`, config]);
  });
});

describe('what lies at the path', () => {
  test.each([
    ['nothing', createSite(null), () => {}, 'absent'],
    ['a folder', createSite(null), ({ path }: Site) => mkdirSync(path), 'folder'],
    ['a link', createSite(null), ({ path }: Site) => symlinkSync('elsewhere', path), 'link'],
    ['a pipe', createSite(null), ({ path }: Site) => void spawnSync('mkfifo', [path]), 'other'],
  ] as [string, Site, (site: Site) => void, string][])('%s', async (_, site, make, kind) => {
    make(site);
    const [answer] = await talk(site, [inspect(site.path)]);
    expect(answer.fields.get('kind')).toBe(kind);
    expect(answer.texts.get('bytes')).toBeUndefined();
  });

  test('a file of more than the limit is told without its bytes', async () => {
    const site = createSite(new Uint8Array(70_000));
    const [answer] = await talk(site, [inspect(site.path)]);
    expect(fields(answer, 'kind', 'size')).toEqual(['file', '70000']);
    expect(answer.texts.get('bytes')).toBeUndefined();
  });
});

describe('unpack', () => {
  test.each([
    ['half an archive', ARCHIVE.slice(0, ARCHIVE.length / 2)],
    ['no archive', Buffer.from('no archive at all')],
  ] as const)('%s fails, and says why', async (_, bytes) => {
    const site = createSite(bytes);
    const [, answer] = await talk(site, [inspect(site.path), unpack]);
    expect(answer?.fields.get('code')).not.toBe('0');
    expect(textOf(answer as Answer, 'output')).not.toBe('');
  });
});

describe('a docker that hangs', () => {
  test('is stopped at its deadline', async () => {
    const site = createSite();
    site.place.stub('docker', 'sleep 1000');
    const [, , answer] = await talk(site, [
      inspect(site.path),
      unpack,
      { verb: 'pull', seconds: 1, image: 'a' },
    ]);
    expect(answer?.fields.get('timed')).toBe('yes');
  });
});

describe('what killed conversations left', () => {
  function abandoned(site: Site) {
    const folder = join(site.place.folder, 'node-prep.1.gone');
    mkdirSync(folder);
    writeFileSync(join(folder, 'owner'), '1 1 another-boot 1\n1 1 another-boot 1\n');
    return folder;
  }
  // The private folder is looked for in these places; one of them is to be the test's own.
  const elsewhere = (script: string, { place }: Site) =>
    script.replace('for base in /run ', `for base in '${place.folder}' /run `);

  test.each([
    [false, true],
    [true, false],
  ])('tidy %s', async (tidy, stays) => {
    const site = createSite();
    const folder = abandoned(site);
    const temporary = join(site.folder, '.docker.tar.gz.node-prep.77');
    writeFileSync(temporary, 'half');
    symlinkSync('node-prep 1 1 another-boot 1 somebody', `${site.path}.lock`);
    const agent = await startAgent({ place: site.place, tidy, edit: (script) => elsewhere(script, site) });
    const answer = await agent.ask(inspect(site.path));
    expect(existsSync(folder)).toBe(stays);
    expect(textOf(answer, 'left').split('\n').filter(Boolean).sort()).toEqual(
      [...(stays ? [folder] : []), temporary, `${site.path}.lock`].sort(),
    );
    await agent.finish();
    expect(existsSync(temporary)).toBe(true);
  });
});

describe.runIf(root)('the task user', () => {
  test.each([
    ['who may not read it', 'nobody', 0o600, 'no'],
    ['who may', 'nobody', 0o644, 'yes'],
    ['who is root', 'root', 0o600, 'yes'],
    ['who is not there', 'no-such-user', 0o644, 'nobody'],
  ])('%s', async (_, user, mode, reads) => {
    const site = createSite(ARCHIVE, mode);
    const [answer] = await talk(site, [inspect(site.path, user)]);
    expect(answer.fields.get('reads')).toBe(reads);
  });

  test('with all their groups', async () => {
    const site = createSite(ARCHIVE, 0o640);
    chownSync(site.path, 0, Number(spawnSync('id', ['-g', 'nobody'], { encoding: 'utf8' }).stdout));
    const [answer] = await talk(site, [inspect(site.path, 'nobody')]);
    expect(answer.fields.get('reads')).toBe('yes');
  });

  test('where a folder on the way is closed to them', async () => {
    const site = createSite(ARCHIVE, 0o644);
    chmodSync(site.folder, 0o700);
    const [answer] = await talk(site, [inspect(site.path, 'nobody')]);
    expect(answer.fields.get('reads')).toBe('no');
  });

  test('by su, where there is no runuser: no shell sees the path', async () => {
    const site = createSite(ARCHIVE, 0o644);
    const agent = await startAgent({
      place: site.place,
      edit: (script) => script.replace('command -v runuser', 'command -v no-runuser'),
    });
    const answer = await agent.ask(inspect(site.path, 'nobody'));
    expect(answer.fields.get('reads')).toBe('yes');
    await agent.finish();
  });

  test.each([
    ['a full file system', 'size=64k', false, 'no-space'],
    ['a read-only one', 'size=1m', true, 'read-only'],
  ])('%s has no room', async (_, options, readOnly, room) => {
    const site = createSite(null);
    const mount = (...args: string[]) => spawnSync('mount', args).status;
    expect(mount('-t', 'tmpfs', '-o', options, 'tmpfs', site.folder)).toBe(0);
    try {
      if (readOnly) expect(mount('-o', 'remount,ro', site.folder)).toBe(0);
      const [answer] = await talk(site, [inspect(site.path)]);
      expect(answer.fields.get('room')).toBe(room);
    } finally {
      spawnSync('umount', [site.folder]);
    }
  });
});
