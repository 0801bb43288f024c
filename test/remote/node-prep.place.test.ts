import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { SHELLS } from './agent.ts';
import { createSite, inspect, talk } from './site.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;

describe.concurrent.each(SHELLS)('room for the next archive, in $name', (shell) => {
  test.runIf(root).each([
    ['a small file system', 'size=1m', false, 'yes'],
    ['a full one', 'size=64k', false, 'no-space'],
    ['a read-only one', 'size=1m', true, 'read-only'],
  ])('%s', async (_, options, readOnly, room) => {
    const site = createSite(null);
    const mount = (...args: string[]) => spawnSync('mount', args).status;
    expect(mount('-t', 'tmpfs', '-o', options, 'tmpfs', site.folder)).toBe(0);
    try {
      if (readOnly) expect(mount('-o', 'remount,ro', site.folder)).toBe(0);
      const [answer] = await talk(site, [inspect(site.path)], { shell });
      expect(answer.fields.get('room')).toBe(room);
    } finally {
      spawnSync('umount', [site.folder]);
    }
  });
});

describe.concurrent('a read-only folder of a file system that is not', () => {
  test.runIf(root)('has no room either', async () => {
    const site = createSite();
    const bind = (...args: string[]) => spawnSync('mount', [...args, site.folder]).status;
    expect(bind('--bind', site.folder)).toBe(0);
    try {
      expect(bind('-o', 'remount,bind,ro')).toBe(0);
      const [answer] = await talk(site, [inspect(site.path)]);
      expect(answer.fields.get('room')).toBe('read-only');
    } finally {
      spawnSync('umount', [site.folder]);
    }
  });
});

describe.concurrent('what df says', () => {
  test.each([
    ['of a device whose name has blanks', '//nas/my share 400000 200000 200000 50% /', 'yes'],
    ['of a full one with such a name', '//nas/my share 400000 399900 100 100% /', 'no-space'],
    ['of a device with a percent sign', '/dev/a%b 400000 399900 100 100% /', 'no-space'],
    ['of a device that looks like a line', 'b 9% /c 400000 200000 200000 50% /', 'unknown'],
    ['where it knows nothing', 'none - - - - /', 'unknown'],
    ['of less than nothing', '/dev/sda 400000 399900 -100 100% /', 'unknown'],
    ['in other words', 'df: no such thing', 'unknown'],
    ['and that is too little', '7% /', 'unknown'],
    ['and that is nothing', '', 'unknown'],
  ])('%s: %s', async (_, line, room) => {
    const site = createSite();
    site.place.stub('df', `echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'\necho '${line}'`);
    const [answer] = await talk(site, [inspect(site.path)]);
    expect(answer.fields.get('room')).toBe(room);
  });
});
