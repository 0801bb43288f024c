import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { startAgent, textOf } from './agent.ts';
import { createSite, inspect, type Site, talk } from './site.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const DEAD = '1 1 another-boot 1';

function folderOf(site: Site, owner: string): string {
  const folder = join(site.place.folder, 'node-prep.1.gone');
  mkdirSync(folder);
  writeFileSync(join(folder, 'owner'), `${owner}\n${owner}\n`);
  writeFileSync(join(folder, 'archive'), 'a secret');
  return folder;
}

// The private folder is looked for in these places; one of them is to be the test's own.
const inPlace =
  ({ place }: Site) =>
  (script: string) =>
    script.replace('for base in /run ', `for base in '${place.folder}' /run `);

/** Who a live process is, as the script writes it. */
function alive(pid: number): string {
  const birth = (of: number) => readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${pid} ${birth(pid)} ${boot} ${birth(1)}`;
}

const temporary = (site: Site, name: string) => join(site.folder, `.docker.tar.gz.node-prep.${name}`);

async function left(site: Site): Promise<string[]> {
  const [answer] = await talk(site, [inspect(site.path)], { edit: inPlace(site) });
  return textOf(answer, 'left').split('\n').filter(Boolean);
}

describe.concurrent('what killed conversations left', () => {
  test.each([
    ['is told, and stays', false],
    ['is removed, if the conversation may', true],
  ])('%s', async (_, tidy) => {
    const site = createSite();
    const folder = folderOf(site, DEAD);
    writeFileSync(temporary(site, '77'), 'half');
    symlinkSync('nowhere', temporary(site, '77.new'));
    symlinkSync(`node-prep ${DEAD} somebody`, `${site.path}.lock`);
    const [answer] = await talk(site, [inspect(site.path)], { tidy, edit: inPlace(site) });
    expect(existsSync(folder)).toBe(!tidy);
    // What lies beside the archive is only for who holds its lock.
    expect(textOf(answer, 'left').split('\n').filter(Boolean).sort()).toEqual(
      [
        ...(tidy ? [] : [folder]),
        temporary(site, '77'),
        temporary(site, '77.new'),
        `${site.path}.lock`,
      ].sort(),
    );
  });

  test('another opening line is one without leave to remove', async () => {
    const site = createSite();
    const folder = folderOf(site, DEAD);
    const edit = (script: string) =>
      inPlace(site)(script).replace('read -r token life care', 'read -r token life _');
    await talk(site, [inspect(site.path)], { tidy: true, edit });
    expect(existsSync(folder)).toBe(true);
  });

  test('is told whole, as far as there is room', async () => {
    const site = createSite(null);
    const path = join(site.folder, `${'long'.repeat(40)}.tar.gz`);
    for (let index = 0; index < 40; index += 1)
      writeFileSync(join(site.folder, `.${'long'.repeat(40)}.tar.gz.node-prep.${index}`), '');
    const [answer] = await talk(site, [inspect(path)]);
    const told = textOf(answer, 'left');
    expect(told.length).toBeGreaterThan(1_000);
    expect(told.endsWith('\n')).toBe(true);
    for (const line of told.split('\n').filter(Boolean))
      expect([line, existsSync(line)]).toEqual([line, true]);
  });
});

describe.concurrent('what is no leftover', () => {
  test('the files and the lock of an install that is at work', async () => {
    const site = createSite();
    symlinkSync(`node-prep ${alive(process.pid)} somebody`, `${site.path}.lock`);
    writeFileSync(temporary(site, '1'), '');
    expect(await left(site)).toEqual([]);
  });

  test('a file that its install removed meanwhile, and then its lock', async () => {
    const site = createSite();
    symlinkSync(`node-prep ${DEAD} somebody`, `${site.path}.lock`);
    writeFileSync(temporary(site, '1'), '');
    site.place.stub('readlink', `rm -f '${temporary(site, '1')}' '${site.path}.lock'`);
    const agent = await startAgent({ place: site.place, tidy: false });
    expect(textOf(await agent.ask(inspect(site.path)), 'left')).toBe('');
    await agent.finish();
  });

  test('a lock of somebody else, and what is beside it', async () => {
    const site = createSite();
    symlinkSync('another-tool', `${site.path}.lock`);
    writeFileSync(temporary(site, '1'), '');
    expect(await left(site)).toEqual([]);
    rmSync(`${site.path}.lock`);
    expect(await left(site)).toEqual([temporary(site, '1')]);
  });

  test.each([
    ['the private folder of a live conversation', () => alive(process.pid)],
    ['a folder that does not say whose it is', () => ''],
  ])('%s', async (_, owner) => {
    const site = createSite();
    folderOf(site, owner());
    expect(await left(site)).toEqual([]);
  });

  test('names that only resemble them', async () => {
    const site = createSite();
    for (const name of [
      '.docker.tar.gz.node-prep',
      'docker.tar.gz.node-prep.1',
      '.docker.tar.gzXnode-prep.1',
    ])
      writeFileSync(join(site.folder, name), '');
    expect(await left(site)).toEqual([]);
  });
});
