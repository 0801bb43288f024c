import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { createSshAgent, type SshAgent } from '../../src/transports/ssh2/keys/agent.ts';
import { createOfferSource, type Offer } from '../../src/transports/ssh2/keys/offers.ts';
import { readPublicText } from '../../src/transports/ssh2/keys/public-key.ts';
import { wireReader, wireString, wireUint32 } from '../../src/transports/ssh2/packets/wire.ts';
import { fidoStandIn, publicLine, startAgentStandIn } from '../support/ssh-material.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { makeKey, scratchFolder, startAgent } from '../support/sshd.ts';
import { describeSystem } from './support/parts.ts';

const run = promisify(execFile);
const PASSPHRASE = 'a sentinel phrase';

/** Whether OpenSSH takes the signature of an offer: by way of a signed file (PROTOCOL.sshsig). */
async function openSshVerifies(offer: Offer, algorithm: string, folder: string): Promise<boolean> {
  const message = 'to be signed';
  const fields = ['test', '', 'sha512'].map((field) => wireString(field));
  const digest = wireString(createHash('sha512').update(message).digest());
  const signature = await offer.sign(Buffer.concat([Buffer.from('SSHSIG'), ...fields, digest]), algorithm);
  if (!signature.ok) throw new Error(signature.error);
  const start = [Buffer.from('SSHSIG'), wireUint32(1), wireString(offer.blob)];
  const base64 = Buffer.concat([...start, ...fields, wireString(signature.value)]).toString('base64');
  const lines = base64.match(/.{1,70}/g) ?? [];
  const path = join(folder, 'signature');
  const armour = ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''];
  await writeFile(path, armour.join('\n'));
  const keygen = spawn('ssh-keygen', ['-Y', 'check-novalidate', '-n', 'test', '-s', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keygen.stdin.end(message);
  const [code] = await once(keygen, 'exit');
  return code === 0;
}

describeSystem('keys that ssh-keygen makes', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await scratchFolder();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function offers(files: readonly string[], agent: SshAgent | null = null) {
    const target = makeTarget('agent', 22, { identityFiles: files });
    const source = createOfferSource(agent);
    const asked: string[] = [];
    await source.prepare([target], async (path) => {
      asked.push(path);
      return new Secret(PASSPHRASE);
    });
    const found = await source.offers(target.ssh);
    if (!found.ok) throw new Error(found.error);
    return { ...found.value, asked };
  }

  const TYPES = {
    ed25519: ['-t', 'ed25519'],
    'ecdsa 256': ['-t', 'ecdsa', '-b', '256'],
    'ecdsa 384': ['-t', 'ecdsa', '-b', '384'],
    'ecdsa 521': ['-t', 'ecdsa', '-b', '521'],
    rsa: ['-t', 'rsa', '-b', '2048'],
  };
  const FORMATS = {
    'as OpenSSH has them': [],
    'as PEM': ['-m', 'PEM'],
    'as PKCS#8': ['-m', 'PKCS8'],
    'locked by aes256-ctr': ['-Z', 'aes256-ctr', '-a', '2', '-N', PASSPHRASE],
    'locked by aes256-gcm': ['-Z', 'aes256-gcm@openssh.com', '-a', '2', '-N', PASSPHRASE],
    'locked by aes256-cbc': ['-Z', 'aes256-cbc', '-a', '2', '-N', PASSPHRASE],
    'locked as PEM': ['-m', 'PEM', '-N', PASSPHRASE],
    'locked as PKCS#8': ['-m', 'PKCS8', '-N', PASSPHRASE],
  };
  // ssh-keygen 9.2 writes Ed25519 in its own format whatever it is told. How a key is locked depends on its type in
  // PEM alone.
  const needless = (type: string, format: string) =>
    type === 'ed25519'
      ? /PEM|PKCS/.test(format)
      : /gcm|cbc/.test(format) || /(?:384|521).*locked as/.test(type + format);
  const table = Object.entries(TYPES).flatMap(([type, keygen]) =>
    Object.entries(FORMATS)
      .filter(([format]) => !needless(type, format))
      .map(([format, options]) => [type, format, [...keygen, ...options]] as const),
  );
  test.each(table)('%s %s: OpenSSH takes what they sign', async (type, format, keygen) => {
    const path = await makeKey(at(`${type} ${format}`.replaceAll(/[^a-z0-9]/g, '-')), keygen);
    const { keys, asked } = await offers([path]);
    expect(asked).toEqual(format.startsWith('locked') ? [path] : []);
    expect(keys.map(({ blob }) => blob)).toEqual([
      readPublicText(await readFile(`${path}.pub`, 'utf8'))?.blob,
    ]);
    for (const offer of keys) {
      // OpenSSH itself does not sign files with SHA-1 any more.
      for (const algorithm of offer.algorithms.filter((name) => name !== 'ssh-rsa')) {
        expect(await openSshVerifies(offer, algorithm, folder)).toBe(true);
      }
    }
  });

  describe('and certificates of them', () => {
    const DAY = 24 * 60 * 60;
    test.each(Object.entries(TYPES))('%s: they are read as ssh-keygen -L does', async (type, keygen) => {
      const key = await makeKey(at(`certified-${type}`.replace(' ', '-')), keygen);
      const authority = await makeKey(`${key}-ca`, ['-t', 'ed25519']);
      const sign = ['-q', '-s', authority, '-I', 'anna', '-n', 'root,core', '-O', 'no-pty', '-V', '-1d:+1d'];
      await run('ssh-keygen', [...sign, `${key}.pub`]);
      const { keys, passedOver } = await offers([key]);
      expect(passedOver).toEqual([]);
      expect(keys.map(({ blob }) => readPublicText(publicLine(blob))?.certificate?.keyId)).toEqual([
        'anna',
        undefined,
      ]);
      const listed = await run('ssh-keygen', ['-L', '-f', `${key}-cert.pub`]);
      const read = readPublicText(await readFile(`${key}-cert.pub`, 'utf8'));
      expect(listed.stdout).toContain(read?.type.certificate);
      expect(Number((read?.certificate?.validBefore ?? 0n) - (read?.certificate?.validAfter ?? 0n))).toBe(
        2 * DAY,
      );
      const [certificate] = keys;
      if (certificate === undefined) throw new Error('no certificate');
      const [algorithm] = certificate.algorithms;
      expect(algorithm).toBe(read?.type.algorithms[0]?.concat('-cert-v01@openssh.com'));
      const signed = await certificate.sign(Buffer.from('data'), algorithm ?? '');
      expect(signed.ok && wireReader(signed.value).string()?.toString()).toBe(read?.type.algorithms[0]);
    });

    test.each([
      ['expired', ['-n', 'root', '-V', '-2d:-1d'], 'the certificate has expired on '],
      ['of the future', ['-n', 'root', '-V', '+1d:+2d'], 'the certificate is not valid before '],
      ['of a host', ['-h', '-n', 'host'], "it is a host's certificate"],
    ])('one that is %s is passed over', async (name, options, reason) => {
      const key = await makeKey(at(`passed-${name.replace(' ', '-')}`), ['-t', 'ed25519']);
      const authority = await makeKey(`${key}-ca`, ['-t', 'ed25519']);
      await run('ssh-keygen', ['-q', '-s', authority, '-I', 'anna', ...options, `${key}.pub`]);
      const { keys, passedOver } = await offers([key]);
      expect(keys.map(({ algorithms }) => algorithms)).toEqual([['ssh-ed25519']]);
      expect(passedOver.join()).toContain(`${key}-cert.pub: ${reason}`);
    });
  });

  describe('and hold an agent', () => {
    test.each(Object.entries(TYPES))('%s: OpenSSH takes what ssh-agent signs', async (type, keygen) => {
      const key = await makeKey(at(`agent-${type}`.replace(' ', '-')), keygen);
      const process = await startAgent(folder, [key]);
      const agent = createSshAgent(process.socket);
      const { keys } = await offers([`${key}.pub`], agent);
      for (const offer of keys) {
        expect(offer.signer).toBe('agent');
        for (const algorithm of offer.algorithms.filter((name) => name !== 'ssh-rsa')) {
          expect(await openSshVerifies(offer, algorithm, folder)).toBe(true);
        }
      }
      agent.close();
      await process.stop();
    });

    // A stand-in: no machine of the tests has a security key.
    test.each(['ed25519', 'ecdsa'] as const)('FIDO %s, in software: OpenSSH takes it', async (kind) => {
      const key = fidoStandIn(kind);
      const standIn = await startAgentStandIn(at(`fido-${kind}`), [key]);
      const agent = createSshAgent(standIn.socket);
      const { keys } = await offers([], agent);
      expect(keys.map(({ asksPerson, blob }) => [asksPerson, blob])).toEqual([[true, key.blob]]);
      for (const offer of keys) expect(await openSshVerifies(offer, offer.keyType, folder)).toBe(true);
      agent.close();
      await standIn.stop();
    });
  });
});
