import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { group, PEOPLE, passwd, shadow, sudoers, uidOf } from './people.ts';

/** A file to lay over an agent's file system: its bytes, or its bytes with a mode (else 0644). */
export type FileText = string | Buffer | { readonly text: string | Buffer; readonly mode: number };

/** A program: a POSIX shell script that can be run. */
export const script = (text: string): FileText => ({ text: `#!/bin/sh\n${text}\n`, mode: 0o755 });

/** The agents' own Docker login, which nothing may touch. */
export const OWN_DOCKER_CONFIG = '{"auths":{"somewhere.example.com":{"auth":"b3duOmxvZ2lu"}}}\n';

const SSHD_CONFIG = `AuthorizedKeysFile /etc/ssh/fleet_keys
HostKey /run/fleet/hostkey
PidFile /run/fleet/sshd.pid
UsePAM no
UseDNS no
StrictModes no
PasswordAuthentication yes
PermitRootLogin prohibit-password
LogLevel VERBOSE
`;

/** Writes files below a folder, with the folders they need, owned by root. */
export function layFiles(folder: string, files: Readonly<Record<string, FileText>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    const plain = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(file, plain ? content : content.text);
    chmodSync(file, plain ? 0o644 : content.mode);
  }
}

/**
 * The layer that all agents of a fleet share, above the machine's own file system and below what is special
 * about each: people, keys, sshd's settings, names of registries.
 */
export function layBase(folder: string, publicKey: string, hosts: string): void {
  layFiles(folder, {
    'etc/passwd': passwd(readFileSync('/etc/passwd', 'utf8')),
    'etc/group': group(readFileSync('/etc/group', 'utf8')),
    'etc/shadow': { text: shadow(), mode: 0o640 },
    'etc/sudoers.d/fleet': { text: sudoers(), mode: 0o440 },
    'etc/hosts': hosts,
    'etc/ssh/fleet_config': SSHD_CONFIG,
    'etc/ssh/fleet_keys': publicKey,
    'root/.bashrc': '',
    'root/.profile': '',
    'root/.docker/config.json': { text: OWN_DOCKER_CONFIG, mode: 0o600 },
  });
  chmodSync(join(folder, 'root'), 0o700);
  for (const person of PEOPLE) {
    const home = join(folder, 'home', person.name);
    mkdirSync(home, { recursive: true });
    // The folders that fish makes at its first start, so that a login leaves nothing new.
    for (const path of person.shell.endsWith('fish') ? ['.config/fish', '.local/share/fish'] : []) {
      mkdirSync(join(home, path), { recursive: true, mode: 0o700 });
    }
    if (person.profile !== undefined) layFiles(home, { [person.profile[0]]: `${person.profile[1]}\n` });
    for (const path of readdirSync(home, { recursive: true, encoding: 'utf8' }))
      own(join(home, path), person);
    own(home, person);
  }
  const shell = join(folder, 'usr/local/bin/ash');
  mkdirSync(dirname(shell), { recursive: true });
  symlinkSync('/bin/busybox', shell);
  lchownSync(shell, 0, 0);
}

const own = (path: string, person: (typeof PEOPLE)[number]) => chownSync(path, uidOf(person), uidOf(person));
