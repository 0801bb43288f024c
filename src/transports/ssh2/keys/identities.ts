import type { SshSpec } from '../../../domain/target.ts';
import { printable } from '../../../lib/printable.ts';
import type { Result } from '../../../lib/result.ts';
import { type KeyFile, readKeyFile, readPublicFile } from './key-file.ts';
import type { PublicKey } from './public-key.ts';

/** What a configuration says of the keys to log in with. */
export type KeySpec = Pick<
  SshSpec,
  'identityFiles' | 'identityFilesExplicit' | 'identitiesOnly' | 'certificateFiles'
>;

/** A certificate's file. */
export interface CertificateFile {
  readonly path: string;
  readonly read: Result<PublicKey | null, string>;
}

/** A file that a configuration names, and the certificate beside it. */
export interface Identity {
  readonly path: string;
  readonly read: KeyFile;
  readonly beside: CertificateFile;
}

/** The files that name identities, each read once per run. */
export interface IdentityFiles {
  identity(path: string): Promise<Identity>;
  certificate(path: string): Promise<CertificateFile>;
  /** From now on this is what the file is good for. */
  replace(path: string, read: KeyFile): void;
}

export function createIdentityFiles(): IdentityFiles {
  const keys = new Map<string, Promise<KeyFile>>();
  const certificates = new Map<string, Promise<CertificateFile>>();

  function certificate(path: string): Promise<CertificateFile> {
    const read = certificates.get(path) ?? readPublicFile(path).then((key) => ({ path, read: key }));
    certificates.set(path, read);
    return read;
  }
  return {
    certificate,
    async identity(path) {
      const read = keys.get(path) ?? readKeyFile(path);
      keys.set(path, read);
      const beside = await certificate(`${path.replace(/\.pub$/, '')}-cert.pub`);
      return { path, read: await read, beside };
    },
    replace(path, read) {
      keys.set(path, Promise.resolve(read));
    },
  };
}

/** Why a file is not offered, as a sentence for the operator: to be called only where it is not. */
export function reasonOf(path: string, read: KeyFile): string {
  const shown = printable(path);
  if (read.kind === 'missing' || read.kind === 'usable') return `${shown}: there is no such file`;
  if (read.kind === 'unusable') return `${shown}: ${read.reason}`;
  const why = `${shown}: ${read.reason}, and the ssh-agent does not hold it`;
  if (read.kind === 'locked') return `${why}: ssh-add ${shown}`;
  return read.half.type.asksPerson ? `${why}: ssh-add ${shown}, or set ssh.transport: openssh` : why;
}
