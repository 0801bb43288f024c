import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** The command that installs what the system tests need, on Debian and as root. */
export const SETUP = 'npm run test:setup';

const PROGRAMS: Readonly<Record<string, string>> = {
  'openssh-server': '/usr/sbin/sshd',
  'openssh-client': '/usr/bin/ssh-keygen',
  'docker.io': '/usr/sbin/dockerd',
  'docker-cli': '/usr/bin/docker',
  'docker-registry': '/usr/bin/docker-registry',
  'apache2-utils': '/usr/bin/htpasswd',
  sudo: '/usr/bin/sudo',
  fish: '/usr/bin/fish',
  tcsh: '/usr/bin/tcsh',
  busybox: '/usr/bin/busybox',
  procps: '/usr/bin/ps',
  iproute2: '/usr/sbin/ip',
  curl: '/usr/bin/curl',
  openssl: '/usr/bin/openssl',
};

// Busybox and ip lie in /bin on systems whose /bin is not a link to /usr/bin.
const present = (path: string) => existsSync(path) || existsSync(path.replace('/usr/', '/'));

/** What these tests need and this machine lacks, by name; empty where they can run. */
export function missingParts(): readonly string[] {
  if (process.platform !== 'linux') return ['Linux'];
  const programs = Object.entries(PROGRAMS).filter(([, path]) => !present(path));
  const missing = programs.map(([name]) => name);
  if (process.getuid?.() !== 0) return [...missing, 'root'];
  const namespaces = spawnSync('unshare', ['-m', '-n', '-p', '-f', 'true'], { stdio: 'ignore' });
  return namespaces.status === 0 ? missing : [...missing, 'the right to make namespaces (unshare)'];
}

/**
 * A suite on real parts. Where some are missing it is skipped by name, with the command that installs them;
 * under CI a missing part is a failing test instead.
 */
export function describeSystem(title: string, suite: () => void): void {
  const missing = missingParts();
  if (missing.length === 0) {
    describe(title, suite);
  } else if (process.env.CI === undefined || process.env.CI === '') {
    describe.skip(`${title} [needs ${missing.join(', ')}: ${SETUP}]`, suite);
  } else {
    describe(title, () => {
      test('all parts of the system tests are installed', () => {
        expect(missing, `install them with: ${SETUP}`).toEqual([]);
      });
    });
  }
}
