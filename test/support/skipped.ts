import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { whereIs } from './where-is.ts';

/** The command that installs what the tests need, on Debian and as root. */
export const SETUP = 'npm run test:setup';

/** Under CI nothing is left out: what is missing there fails. */
export const UNDER_CI = process.env.CI !== undefined && process.env.CI !== '';

/** What the system tests need, as [program, Debian's package]. */
export const SYSTEM_PROGRAMS: readonly (readonly [path: string, debian: string])[] = [
  ['/usr/sbin/sshd', 'openssh-server'],
  ['/usr/bin/ssh-keygen', 'openssh-client'],
  ['/usr/sbin/dropbear', 'dropbear-bin'],
  ['/usr/sbin/dockerd', 'docker.io'],
  ['/usr/bin/docker', 'docker.io'],
  ['/usr/bin/docker-registry', 'docker-registry'],
  ['/usr/bin/htpasswd', 'apache2-utils'],
  ['/usr/bin/sudo', 'sudo'],
  ['/usr/bin/doas', 'opendoas'],
  ['/usr/bin/fish', 'fish'],
  ['/usr/bin/tcsh', 'tcsh'],
  ['/usr/bin/busybox', 'busybox'],
  ['/usr/bin/ps', 'procps'],
  ['/usr/sbin/ip', 'iproute2'],
  ['/usr/bin/curl', 'curl'],
  ['/usr/bin/openssl', 'openssl'],
  ['/usr/bin/xmllint', 'libxml2-utils'],
];

/** What single local tests need and leave out where it is missing; program and package have the same name. */
export const LOCAL_PROGRAMS = [
  'bash',
  'busybox',
  'dash',
  'fish',
  'shellcheck',
  'sudo',
  'tcsh',
  'zsh',
] as const;
export type LocalProgram = (typeof LOCAL_PROGRAMS)[number];

const root = process.getuid?.() === 0;

// Busybox and ip lie in /bin on systems whose /bin is not a link to /usr/bin.
const present = (path: string) => existsSync(path) || existsSync(path.replace('/usr/', '/'));

/** What the system tests need and this machine lacks, by name; empty where they can run. */
export function missingSystemParts(): readonly string[] {
  if (process.platform !== 'linux') return ['Linux'];
  const missing = SYSTEM_PROGRAMS.filter(([path]) => !present(path)).map(([path, debian]) => {
    const name = path.replace(/^.*\//, '');
    return name === debian ? name : `${name} (${debian})`;
  });
  if (!root) return [...missing, 'root'];
  const namespaces = spawnSync('unshare', ['-m', '-n', '-p', '-f', 'true'], { stdio: 'ignore' });
  return namespaces.status === 0 ? missing : [...missing, 'the right to make namespaces (unshare)'];
}

/** Is a test of this program left out? Where the program is missing; but under CI that test is to fail. */
export function leftOut(program: LocalProgram): boolean {
  return !UNDER_CI && whereIs(program) === null;
}

/** One line that names what is missing and how to install it; null where nothing is. Under CI it is an error. */
export function skippedLine(what: string, missing: readonly string[], underCi = UNDER_CI): string | null {
  if (missing.length === 0) return null;
  return `${underCi ? 'Error' : 'Skipped'}: ${what}: missing ${missing.join(', ')}; install them: ${SETUP} (Debian, as root)`;
}

/** Vitest's reporter counts skipped tests but does not name them: this does, before a project's tests start. */
export function setup({ name }: { readonly name: string }): void {
  const lines =
    name === 'system'
      ? [skippedLine('system tests', missingSystemParts())]
      : [
          skippedLine(
            'local tests of these programs',
            LOCAL_PROGRAMS.filter((it) => whereIs(it) === null),
          ),
          `Skipped: local tests that ${root ? 'a user other than root must run' : 'root must run'}`,
        ];
  for (const line of lines) if (line !== null) console.log(line);
}
