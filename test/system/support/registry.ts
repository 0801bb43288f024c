import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import { collect, type Enclave } from './enclave.ts';
import { eventually } from './eventually.ts';

/** User names and their passwords. */
export type Users = Readonly<Record<string, string>>;

/** A real docker-registry that asks for a password. */
export interface Registry {
  /** As image names begin: `127.9.9.9:5000`. */
  readonly name: string;
  /** Replaces its users, as an operator who rotates a password does; it reads them anew by itself. */
  setUsers(users: Users): Promise<void>;
  /** How many requests came with a wrong password since it started. */
  refusals(): number;
  /** How many requests it let in since it started. */
  admissions(): number;
  /** All it logged: no password may ever be in it. */
  log(): string;
}

/** What a registry needs: where it listens, and how it tells friend from foe. */
export type RegistryOptions = {
  readonly name: string;
  /** An address of the enclave; the name's own where left out. */
  readonly listen?: string;
  readonly tls?: Certificate;
} & ({ readonly users: Users } | { readonly token: { readonly realm: string; readonly roots: string } });

/** Starts Debian's docker-registry in the enclave and waits until it answers. */
export async function startRegistry(enclave: Enclave, options: RegistryOptions): Promise<Registry> {
  const folder = join(enclave.folder, `registry-${options.name.replace(':', '-')}`);
  const listen = options.listen ?? options.name;
  const passwords = join(folder, 'htpasswd');
  const log = join(folder, 'log');
  mkdirSync(join(folder, 'data'), { recursive: true });
  const setUsers = async (users: Users) => writeFileSync(passwords, await htpasswd(users));
  if ('users' in options) await setUsers(options.users);

  const token = 'token' in options ? options.token : undefined;
  const auth =
    token === undefined
      ? { htpasswd: { realm: 'fleet', path: passwords } }
      : {
          token: {
            realm: token.realm,
            service: options.name,
            issuer: 'stand-in',
            rootcertbundle: token.roots,
          },
        };
  const { tls } = options;
  const http = { addr: listen, ...(tls && { tls: { certificate: tls.certificate, key: tls.key } }) };
  const storage = { filesystem: { rootdirectory: join(folder, 'data') } };
  // JSON is YAML, too.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify({ version: '0.1', http, auth, storage }));
  enclave.start(['docker-registry', 'serve', join(folder, 'config.yml')], log);
  const read = () => readFileSync(log, 'utf8');
  await eventually(
    () => read().includes('listening on'),
    () => `no registry at ${listen}: ${read()}`,
  );
  const count = (pattern: RegExp) => read().match(pattern)?.length ?? 0;
  return {
    name: options.name,
    setUsers,
    refusals: () => count(/error authenticating user/g),
    admissions: () => count(/"GET \/v2\/ HTTP\/1\.1" 200 /g),
    log: read,
  };
}

// The password goes through standard input; the lowest cost of bcrypt, since these protect nothing.
async function htpasswd(users: Users): Promise<string> {
  const lines = Object.entries(users).map(([user, password]) =>
    collect(spawn('htpasswd', ['-n', '-i', '-B', '-C', '4', user]), password),
  );
  return (await Promise.all(lines)).map(({ stdout }) => stdout.trim()).join('\n');
}
