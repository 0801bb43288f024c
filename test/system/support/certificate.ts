import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A self-signed certificate: its own CA. Both are paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes a certificate for some host names, in a folder. */
export function makeCertificate(folder: string, names: readonly string[]): Certificate {
  const certificate = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=private CA'];
  execFileSync('openssl', ['req', ...kind, '-addext', alternatives, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  });
  return { certificate, key };
}
