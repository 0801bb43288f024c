import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftOut } from '../support/skipped.ts';

const ROOT = join(import.meta.dirname, '../..');

test.skipIf(leftOut('shellcheck')).each([
  ['src/remote/node-prep.sh', 'sh'],
  ['test/system/setup.sh', 'sh'],
  ['.ci/run', 'bash'],
])('shellcheck finds nothing in %s, read as %s', (file, dialect) => {
  const { error, status, stdout } = spawnSync('shellcheck', ['-s', dialect, file], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ error, status, stdout }).toEqual({ error: undefined, status: 0, stdout: '' });
});
