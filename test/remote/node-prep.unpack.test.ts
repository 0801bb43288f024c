import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Answer } from '../../src/remote/answer.ts';
import { SHELLS, startAgent, textOf } from './agent.ts';
import { ARCHIVE, CONFIG, createSite, fields, inspect, pull, type Site, talk, unpack } from './site.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;
const NOBODY = 65_534;

/** An archive by the real tar, of what `fill` puts into a folder. */
function tarOf(fill: (folder: string) => void): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
  try {
    fill(folder);
    return spawnSync('tar', ['-C', folder, '-cz', '.']).stdout;
  } finally {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A docker that notes its arguments, where HOME is, what it finds there, and the variables that would lead it elsewhere. */
function stubDocker({ place }: Site): () => string[] {
  const record = join(place.folder, 'record');
  place.stub(
    'docker',
    `{ echo "$*"; echo "$HOME"; cat "$HOME/.docker/config.json"; echo; env | grep ^DOCKER_ || :; } >>'${record}'`,
  );
  return () => readFileSync(record, 'utf8').split('\n').filter(Boolean);
}

const ASTRAY = {
  DOCKER_CONFIG: '/nowhere',
  DOCKER_AUTH_CONFIG: '{"auths":{}}',
  DOCKER_HOST: 'tcp://127.0.0.1:1',
  DOCKER_CONTEXT: 'elsewhere',
};

describe.concurrent.each(SHELLS)('unpack and pull in $name', (shell) => {
  test('docker has a private HOME with the archive, without the variables that would lead it elsewhere', async () => {
    const site = createSite();
    const noted = stubDocker(site);
    const image = 'r.example.com/app:1';
    const [, unpacked, pulled] = await talk(site, [inspect(site.path), unpack, pull(image)], {
      shell,
      env: ASTRAY,
    });
    expect(fields(unpacked as Answer, 'code', 'timed', 'config')).toEqual(['0', 'no', 'yes']);
    expect(fields(pulled as Answer, 'code', 'timed')).toEqual(['0', 'no']);
    const [argv, home, ...rest] = noted();
    expect([argv, ...rest]).toEqual([`pull ${image}`, CONFIG]);
    expect(home).toMatch(/\/node-prep\.[^/]+\/sandbox$/);
    expect(existsSync(home ?? '')).toBe(false);
  });
});

describe.concurrent('unpack', () => {
  test.each([
    ['half an archive', () => ARCHIVE.slice(0, ARCHIVE.length / 2)],
    ['no archive', () => Buffer.from('no archive at all')],
  ] as const)('%s fails, and says why', async (_, bytes) => {
    const site = createSite(bytes());
    const [, answer] = await talk(site, [inspect(site.path), unpack]);
    expect(answer?.fields.get('code')).not.toBe('0');
    expect(textOf(answer as Answer, 'output')).not.toBe('');
  });

  test.each([
    ['a config', 'yes', (folder: string) => mkdirSync(join(folder, '.docker')), true],
    ['another file', 'no', (folder: string) => writeFileSync(join(folder, 'other'), ''), false],
    [
      'a folder in its place',
      'no',
      (folder: string) => mkdirSync(join(folder, '.docker/config.json'), { recursive: true }),
      false,
    ],
    [
      'a link to a folder',
      'no',
      (folder: string) => {
        mkdirSync(join(folder, 'x'));
        writeFileSync(join(folder, 'x/config.json'), CONFIG);
        symlinkSync('x', join(folder, '.docker'));
      },
      false,
    ],
    [
      'a link to a file',
      'no',
      (folder: string) => {
        mkdirSync(join(folder, '.docker'));
        writeFileSync(join(folder, 'x'), CONFIG);
        symlinkSync('../x', join(folder, '.docker/config.json'));
      },
      false,
    ],
  ] as const)('an archive with %s in it: %s', async (_, config, fill, write) => {
    const bytes = tarOf((folder) => {
      fill(folder);
      if (write) writeFileSync(join(folder, '.docker/config.json'), CONFIG);
    });
    const site = createSite(bytes);
    const [, answer] = await talk(site, [inspect(site.path), unpack]);
    expect(fields(answer as Answer, 'code', 'config')).toEqual(['0', config]);
  });

  test('the bytes that were told are unpacked, whatever became of the file', async () => {
    const site = createSite();
    const agent = await startAgent({ place: site.place, tidy: false });
    await agent.ask(inspect(site.path));
    writeFileSync(site.path, 'gone');
    expect(fields(await agent.ask(unpack), 'code', 'config')).toEqual(['0', 'yes']);
    await agent.finish();
  });

  test('nothing of the archive before is left in the second one', async () => {
    const site = createSite();
    const empty = join(site.folder, 'empty.tar.gz');
    writeFileSync(
      empty,
      tarOf(() => {}),
    );
    const answers = await talk(site, [inspect(site.path), unpack, inspect(empty), unpack]);
    expect(answers.map((answer) => answer.fields.get('config') ?? null)).toEqual([null, 'yes', null, 'no']);
  });

  test('the login cannot tell tar what to do', async () => {
    const site = createSite();
    const env = { TAR_OPTIONS: '--exclude=config.json' };
    const [, answer] = await talk(site, [inspect(site.path), unpack], { env });
    expect(answer?.fields.get('config')).toBe('yes');
  });

  test.runIf(root)('folders that are closed go too, without root', async () => {
    const bytes = tarOf((folder) => {
      mkdirSync(join(folder, '.docker'));
      writeFileSync(join(folder, '.docker/config.json'), CONFIG, { mode: 0o400 });
      chmodSync(join(folder, '.docker'), 0o500);
    });
    const site = createSite(bytes, 0o644);
    const [, answer] = await talk(site, [inspect(site.path), unpack], { id: NOBODY });
    expect(fields(answer as Answer, 'code', 'config')).toEqual(['0', 'yes']);
  });

  test('a tar that hangs is stopped at its deadline', async () => {
    const site = createSite();
    site.place.stub('tar', 'sleep 1000');
    const [, answer] = await talk(site, [inspect(site.path), { verb: 'unpack', seconds: 1 }]);
    expect(fields(answer as Answer, 'timed', 'config')).toEqual(['yes', 'no']);
  });
});

describe.concurrent('pull', () => {
  test('a docker that hangs is stopped at its deadline, with all that it started', async () => {
    const site = createSite();
    site.place.stub('docker', 'sleep 1000 & sleep 1000');
    const [, , answer] = await talk(site, [inspect(site.path), unpack, pull('a', 1)]);
    expect(answer?.fields.get('timed')).toBe('yes');
  });

  test('what docker says is told where it fails: the end of it', async () => {
    const site = createSite();
    site.place.stub('docker', 'dd if=/dev/zero bs=100000 count=3 2>/dev/null; echo denied >&2; exit 1');
    const [, , answer] = await talk(site, [inspect(site.path), unpack, pull('a')]);
    expect(answer?.fields.get('code')).toBe('1');
    expect(textOf(answer as Answer, 'output')).toMatch(/denied\n$/);
    expect(answer?.texts.get('output')?.length).toBeLessThanOrEqual(4_000);
  });

  test('never with the HOME of the login: without an archive the conversation ends', async () => {
    const site = createSite();
    stubDocker(site);
    const agent = await startAgent({ place: site.place, tidy: false });
    agent.send(pull('a'));
    expect(await agent.gone()).toBe(1);
    expect(existsSync(join(site.place.folder, 'record'))).toBe(false);
  });

  test('an archive without a config gives docker an empty HOME', async () => {
    const site = createSite(tarOf(() => {}));
    const noted = stubDocker(site);
    await talk(site, [inspect(site.path), unpack, pull('a')]);
    expect(noted()).toEqual(['pull a', expect.stringMatching(/sandbox$/)]);
  });

  test('snap’s confined docker gets the archive in a folder that it can see', async () => {
    const site = createSite();
    const common = join(site.place.folder, 'snap/docker/common');
    const bin = join(site.place.folder, 'snap/bin');
    mkdirSync(common, { recursive: true });
    mkdirSync(bin);
    const record = join(site.place.folder, 'record');
    const script = `#!/bin/sh\n[ "$1" != --config ] || { echo "$HOME" "$*"; cat "$2/config.json"; } >'${record}'\n`;
    writeFileSync(join(bin, 'docker'), script, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: site.place.folder };
    const [, , , answer] = await talk(
      site,
      [{ verb: 'docker', seconds: 20, asks: 'daemon' }, inspect(site.path), unpack, pull('a')],
      { env },
    );
    expect(answer?.fields.get('code')).toBe('0');
    const [words = '', config] = readFileSync(record, 'utf8').split('\n');
    expect(config).toBe(CONFIG);
    const base = existsSync('/var/snap/docker/common') ? '/var/snap/docker/common' : common;
    expect(words.startsWith(`${site.place.folder} --config ${base}/node-prep.`)).toBe(true);
    expect(words).toMatch(/\/sandbox\/\.docker pull a$/);
    expect(readdirSync(common)).toEqual([]);
  });
});

describe.concurrent('docker', () => {
  test.each([
    ['client', '--version'],
    ['daemon', 'version'],
  ] as const)('%s: is asked for its %s', async (asks, argv) => {
    const site = createSite();
    site.place.stub('docker', 'echo "asked: $*"');
    const [answer] = await talk(site, [{ verb: 'docker', seconds: 20, asks }]);
    expect(textOf(answer, 'output')).toBe(`asked: ${argv}\n`);
  });
});
