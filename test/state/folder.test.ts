import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prepareFolder, stateFolder } from '../../src/state/folder.ts';

test.each<[string, Record<string, string>, string]>([
  ['XDG_STATE_HOME', { XDG_STATE_HOME: '/var/state' }, '/var/state/node-prep'],
  ['the default without it', {}, '/home/deploy/.local/state/node-prep'],
  ['the default where it is empty', { XDG_STATE_HOME: '' }, '/home/deploy/.local/state/node-prep'],
  [
    'the default where it is relative, as the specification wants',
    { XDG_STATE_HOME: 'state' },
    '/home/deploy/.local/state/node-prep',
  ],
])('%s', (_, env, expected) => {
  expect(stateFolder(env, '/home/deploy')).toBe(expected);
});

test.runIf(existsSync('/proc/self'))(
  'a folder where none can be made is an error, and not an endless loop',
  () => {
    expect(() => prepareFolder('/proc/none/state/node-prep')).toThrow(/ENOENT|EACCES|EPERM/);
  },
);
