import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOCAL_PROGRAMS, SYSTEM_PROGRAMS, skippedLine } from './skipped.ts';

test('what is missing is named in one line, with the command that installs it', () => {
  const missing = ['sshd (openssh-server)', 'fish'];
  expect(skippedLine('system tests', missing, false)).toBe(
    'Skipped: system tests: missing sshd (openssh-server), fish; install them: npm run test:setup (Debian, as root)',
  );
  expect(skippedLine('system tests', missing, true)).toMatch(/^Error: system tests: missing sshd/);
});

test('where nothing is missing there is nothing to say', () => {
  expect(skippedLine('system tests', [])).toBeNull();
});

const setup = readFileSync('test/system/setup.sh', 'utf8');
const needs = [...setup.matchAll(/^need (\S+) \S*\/(\S+)$/gm)].map(
  ([, debian, name]) => `${name} of ${debian}`,
);

test.each([
  ...SYSTEM_PROGRAMS.map(([path, debian]) => [path.replace(/^.*\//, ''), debian] as const),
  ...LOCAL_PROGRAMS.map((name) => [name, name] as const),
])('%s of the package %s is among what setup.sh installs', (program, debian) => {
  expect(needs).toContain(`${program} of ${debian}`);
});
