import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, makeCertificate } from './certificate.ts';
import type { Enclave } from './enclave.ts';
import { eventually } from './eventually.ts';
import { type Registry, startRegistry } from './registry.ts';

/** Hosts of an inventory that are no agents, by what is wrong with them; all on port 22. */
export const NO_AGENTS = {
  closesAtOnce: '127.78.0.1',
  saysNothing: '127.78.0.2',
  speaksHttp: '127.78.0.3',
  refuses: '127.78.0.4',
  /** Packets to it vanish: the network's other end is nobody. */
  blackHole: '10.66.0.66',
} as const;

/** Registries that are stand-ins, or none at all. */
export const NO_REGISTRIES = {
  rateLimits: '127.9.9.10:5000',
  failing: '127.9.9.12:5000',
  refuses: '127.9.9.13:5000',
} as const;

/** What stands beside the agents in the enclave. */
export interface Places {
  /** Real docker-registry, HTTP, on loopback: `ci-puller` with `password`, `other` with `other-password`. */
  readonly registry: Registry;
  /** Real docker-registry, TLS by a private CA that the fleet's Docker knows. */
  readonly tls: Registry;
  /** The same server by a name whose CA nobody knows. */
  readonly untrusted: string;
  /** Real docker-registry, whose (stand-in) token server hands out identity tokens: `ci-puller`, `token-password`. */
  readonly token: Registry;
  readonly certificate: Certificate;
  /** Lines that the stand-ins logged, such as `token password`, `rate-limited`. */
  standInLog(): readonly string[];
}

/** Starts registries and stand-ins; `password` is ci-puller's. */
export async function startPlaces(enclave: Enclave, password: string): Promise<Places> {
  const names = ['registry.example.com', 'untrusted.example.com'];
  const certificate = makeCertificate(enclave.folder, names);
  // The daemon does the login, and looks for CAs here (docker's documentation, "Verify repository client with
  // certificates"); this /etc is the enclave's own.
  const trusted = enclave.at('/etc/docker/certs.d/registry.example.com');
  mkdirSync(trusted, { recursive: true });
  writeFileSync(join(trusted, 'ca.crt'), readFileSync(certificate.certificate));
  const log = join(enclave.folder, 'stand-ins.log');
  const read = () => readFileSync(log, 'utf8');
  writeFileSync(log, '');
  const program = join(import.meta.dirname, 'stand-ins.ts');
  enclave.start([process.execPath, program, certificate.certificate, certificate.key, log], `${log}.err`);
  const users = { 'ci-puller': password, other: 'other-password' };
  const token = { realm: 'http://127.9.9.11:5001/token', roots: certificate.certificate };
  const registries = await Promise.all([
    startRegistry(enclave, { name: '127.9.9.9:5000', users }),
    startRegistry(enclave, { name: 'registry.example.com', listen: '10.9.0.1:443', tls: certificate, users }),
    startRegistry(enclave, { name: '127.9.9.14:5000', token }),
  ]);
  await eventually(
    () => read().includes('ready'),
    () => `no stand-ins: ${readFileSync(`${log}.err`, 'utf8')}`,
  );
  const [registry, tls, tokenRegistry] = registries;
  const standInLog = () => read().split('\n').filter(Boolean);
  return { registry, tls, untrusted: 'untrusted.example.com', token: tokenRegistry, certificate, standInLog };
}
