import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { SHELLS } from './agent.ts';
import { ARCHIVE, createSite, inspect, type Site, talk } from './site.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;
const NOBODY = 65_534;

/** Can this user read it? */
async function reads(site: Site, user: string, more: Parameters<typeof talk>[2] = {}) {
  const [answer] = await talk(site, [inspect(site.path, user)], more);
  return answer.fields.get('reads');
}

/** One second in place of ten. */
const soon = (script: string) => script.replaceAll('limited 10 main', 'limited 1 main');

describe.runIf(root).concurrent('the task user', () => {
  test.each([
    ['who may not read it', 'nobody', 0o600, 'no'],
    ['who may', 'nobody', 0o644, 'yes'],
    ['who is root', 'root', 0o600, 'yes'],
    ['who is not there', 'no-such-user', 0o644, 'nobody'],
  ])('%s', async (_, user, mode, expected) => {
    expect(await reads(createSite(ARCHIVE, mode), user)).toBe(expected);
  });

  test.each(SHELLS)('who may, and who may not, in $name', async (shell) => {
    // busybox has none of the tools to become them.
    const either = (expected: string) => (shell.only === undefined ? expected : 'unknown');
    expect(await reads(createSite(ARCHIVE, 0o644), 'nobody', { shell })).toBe(either('yes'));
    expect(await reads(createSite(ARCHIVE, 0o600), 'nobody', { shell })).toBe(either('no'));
  });

  test('who may as one of a group that is not their first', async () => {
    const site = createSite(ARCHIVE, 0o640);
    chownSync(site.path, 0, 54_321);
    const groups = join(site.place.folder, 'group');
    writeFileSync(groups, `${readFileSync('/etc/group', 'utf8')}node-prep-readers:x:54321:nobody\n`, {
      mode: 0o644,
    });
    chmodSync(groups, 0o644);
    const login = [
      'unshare',
      '-m',
      '/bin/sh',
      '-c',
      `mount --bind '${groups}' /etc/group && exec /bin/sh -c "$0"`,
    ];
    expect(await reads(site, 'nobody')).toBe('no');
    expect(await reads(site, 'nobody', { login })).toBe('yes');
  });

  test('who may as one of their first group', async () => {
    const site = createSite(ARCHIVE, 0o640);
    chownSync(site.path, 0, Number(spawnSync('id', ['-g', 'nobody'], { encoding: 'utf8' }).stdout));
    expect(await reads(site, 'nobody')).toBe('yes');
  });

  test('to whom a folder on the way is closed', async () => {
    const site = createSite(ARCHIVE, 0o644);
    chmodSync(site.folder, 0o700);
    expect(await reads(site, 'nobody')).toBe('no');
  });

  test.each([
    ['su', 0o644, 'yes'],
    ['su', 0o600, 'no'],
    ['sudo', 0o644, 'yes'],
    ['sudo', 0o600, 'no'],
  ])('by %s, where there is nothing better: no shell sees the path', async (tool, mode, expected) => {
    const edit = (script: string) =>
      ['runuser', 'su', 'sudo']
        .slice(0, tool === 'su' ? 1 : 2)
        .reduce((text, it) => text.replace(`command -v ${it} `, `command -v no-${it} `), script);
    expect(await reads(createSite(ARCHIVE, mode), 'nobody', { edit })).toBe(expected);
  });

  test('where nobody can become another user, it is not known', async () => {
    const edit = (script: string) => script.replace(/command -v (runuser|su|sudo) /g, 'command -v no-$1 ');
    expect(await reads(createSite(), 'nobody', { edit })).toBe('unknown');
  });

  test.each([
    ['is closed to that user', 'exit 1'],
    ['hangs', 'sleep 1000'],
  ])('where the way to be them %s, it is not known', async (_, script) => {
    const site = createSite();
    site.place.stub('runuser', script);
    expect(await reads(site, 'nobody', { edit: soon })).toBe('unknown');
  });

  test('where the users cannot be looked up, it is not known', async () => {
    const site = createSite();
    site.place.stub('id', 'sleep 1000');
    expect(await reads(site, 'nobody', { edit: soon })).toBe('unknown');
  });

  test('of a huge file only the beginning is read', async () => {
    const site = createSite(ARCHIVE, 0o644);
    truncateSync(site.path, 2 ** 40);
    expect(await reads(site, 'nobody')).toBe('yes');
  });
});

describe.runIf(root).concurrent('a session that is not root’s', () => {
  test.each([
    ['reads as itself', 'nobody', 0o644, 'yes'],
    ['is itself who may not', 'nobody', 0o600, 'no'],
    ['cannot become another user', 'root', 0o644, 'unknown'],
    ['knows who is not there', 'no-such-user', 0o644, 'nobody'],
  ])('%s', async (_, user, mode, expected) => {
    expect(await reads(createSite(ARCHIVE, mode), user, { id: NOBODY })).toBe(expected);
  });
});
