import { defineConfig } from 'vitest/config';

// Three kinds of tests: unit (no process, no socket: under 5 s), lab (the embedded fleet: only Node and /bin/sh),
// system (real sshd, Docker and registry: root and Debian's packages; what is missing is named, see test/system).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**', 'test/lab/**'],
        },
      },
      { test: { name: 'lab', include: ['test/lab/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
