import { defineConfig } from 'vitest/config';

// These start processes or listen on loopback, as any user of any machine may.
const LOCAL = [
  'test/bin/**/*.test.ts',
  'test/remote/**/*.test.ts',
  'test/transports/*.test.ts',
  'test/marathon-api/*.test.ts',
  'test/commands/completion.test.ts',
  'test/credential/archive.test.ts',
  'test/ssh-config/corpus.test.ts',
  'test/checks/shell-words.test.ts',
  'test/secrets/{exec,file,child}.test.ts',
  'test/state/open.test.ts',
  'test/files/**/*.test.ts',
  'test/app/run.test.ts',
];

// Names what a project leaves out on this machine.
const SKIPPED = 'test/support/skipped.ts';

// Four kinds of tests: unit (pure: under 5 s), local (real shells, files and sockets), lab (the embedded fleet: only
// Node and /bin/sh), system (real sshd, Docker and registry: root and Debian's packages; what is missing is named).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...LOCAL, 'test/system/**', 'test/lab/**'],
          // Nothing in them outlives a test: one process for all saves most of the time.
          isolate: false,
          pool: 'threads',
        },
      },
      {
        test: {
          name: 'local',
          include: LOCAL,
          globalSetup: SKIPPED,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'lab', include: ['test/lab/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: SKIPPED,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
