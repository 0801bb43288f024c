import * as tls from 'node:tls';

/**
 * The certificates that may sign Marathon's, PEM: those that Node has built in and those of NODE_EXTRA_CA_CERTS, and
 * beside them the operator's (`ca`; null for none). With `system` also those of this machine, as for curl there.
 */
export function trusted(ca: string | null, system: boolean): string[] {
  // Node has this from 22.15 on.
  const get: typeof tls.getCACertificates | undefined = tls.getCACertificates;
  const known = get === undefined ? tls.rootCertificates : get('default');
  const ofSystem = system && get !== undefined ? get('system') : [];
  return [...new Set([...known, ...ofSystem, ...(ca === null ? [] : [ca])])];
}
