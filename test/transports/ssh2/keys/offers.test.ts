import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { err, ok } from '../../../../src/lib/result.ts';
import { fingerprint } from '../../../../src/transports/ssh2/host-keys/host-key.ts';
import type { SshAgent } from '../../../../src/transports/ssh2/keys/agent.ts';
import type { AgentKey } from '../../../../src/transports/ssh2/keys/agent-protocol.ts';
import { createOfferSource, labels, type Offer } from '../../../../src/transports/ssh2/keys/offers.ts';
import { algorithmOf } from '../../../../src/transports/ssh2/keys/signature.ts';
import { unlock } from '../../../../src/transports/ssh2/keys/unlock.ts';
import { wireString } from '../../../../src/transports/ssh2/packets/wire.ts';
import { soundKeyPair } from '../../../support/ssh-keys.ts';
import {
  type CertificateFields,
  fidoStandIn,
  publicLine,
  unsignedCertificate,
} from '../../../support/ssh-material.ts';

const PAIRS = Array.from({ length: 8 }, () => soundKeyPair('ed25519'));
const FIDO = fidoStandIn('ed25519');
const RSA = Buffer.concat(['ssh-rsa', '\x03', 'modulus'].map((field) => wireString(field)));
const blobOf = (n: number) => Buffer.from(PAIRS[n]?.public.split(' ')[1] ?? '', 'base64');
const certOf = (n: number, fields: CertificateFields = {}) => unsignedCertificate(blobOf(n), fields);
const held = (...numbers: number[]): AgentKey[] =>
  numbers.map((n) => ({ blob: blobOf(n), comment: `key ${n}` }));
const heldCert = (n: number): AgentKey => ({ blob: certOf(n), comment: `key ${n}` });
/** Certificates of the tests end at second 2,000. */
const NOW = 1_000_000;

/** An ssh-agent that holds these keys; it signs with the blob that it is asked for. */
function agentWith(keys: readonly AgentKey[] | string): SshAgent & { readonly asked: number } {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    async keys() {
      asked += 1;
      return typeof keys === 'string' ? err(keys) : ok(keys);
    },
    async sign(blob, data, algorithm) {
      return ok(Buffer.concat([algorithm, blob, data].map((field) => wireString(field))));
    },
    close: () => undefined,
  };
}

let folder = '';
const at = (name: string) => join(folder, name);
const put = (name: string, text: string) => writeFile(at(name), text, { mode: 0o600 });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-prep-offers-'));
  for (const [n, pair] of PAIRS.entries()) await put(`key${n}`, pair.private);
  const locked = soundKeyPair('ed25519', { passphrase: 'p', cipher: 'aes256-ctr', rounds: 1 });
  await put('locked', locked.private);
  await put('locked.pub', locked.public);
  await put('public', PAIRS[1]?.public ?? '');
  await put('fido', publicLine(FIDO.blob));
  // Key 0 with a certificate beside it, under another name.
  await put('with', PAIRS[0]?.private ?? '');
  await put('with.pub', PAIRS[0]?.public ?? '');
  await put('with-cert.pub', publicLine(certOf(0)));
  await put('expired', PAIRS[0]?.private ?? '');
  await put('expired-cert.pub', publicLine(certOf(0, { validBefore: 1_000n })));
  await put('odd', PAIRS[0]?.private ?? '');
  await put('odd-cert.pub', 'rubbish');
  await put('plain', PAIRS[0]?.private ?? '');
  await put('plain-cert.pub', PAIRS[0]?.public ?? '');
  for (const n of [0, 1]) await put(`cert${n}`, publicLine(certOf(n)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Wishes {
  readonly files?: readonly string[];
  readonly own?: boolean;
  readonly only?: boolean;
  readonly certificates?: readonly string[];
  readonly agent?: readonly AgentKey[] | string;
}
function offersFor({ files = [], own = true, only = false, certificates = [], agent = [] }: Wishes) {
  return createOfferSource(agentWith(agent), { now: () => NOW, unlock }).offers({
    identityFiles: files.map(at),
    identityFilesExplicit: own,
    identitiesOnly: only,
    certificateFiles: certificates.map(at),
  });
}

/** `file 0`, `agent 1`, `file cert 0`, …: who signs, and with what. */
function shown({ signer, blob, keyType }: Offer): string {
  const n = PAIRS.findIndex((_, i) => blobOf(i).equals(blob));
  const c = PAIRS.findIndex((_, i) => certOf(i).equals(blob));
  return `${signer} ${n >= 0 ? n : c >= 0 ? `cert ${c}` : keyType}`;
}

/** What is offered; or why the operator's own choice cannot be used. */
async function offered(wishes: Wishes) {
  const offers = await offersFor(wishes);
  return offers.ok ? offers.value.keys.map(shown).join(', ') : offers.error;
}

async function passedOver(wishes: Wishes) {
  const offers = await offersFor(wishes);
  if (!offers.ok) throw new Error(offers.error);
  return offers.value.passedOver;
}

describe('keys are offered', () => {
  const unknownKind = { blob: Buffer.from('dss'), comment: '' };
  test.each<[string, string[], 'own' | 'usual', AgentKey[], string]>([
    ['from own files first, then from the agent', ['key0'], 'own', held(1, 2), 'file 0, agent 1, agent 2'],
    ['from the agent first, then from the usual files', ['key0'], 'usual', held(1), 'agent 1, file 0'],
    [
      'once, though the agent holds it too, signed from the file',
      ['key0'],
      'own',
      held(1, 0),
      'file 0, agent 1',
    ],
    [
      "before the agent's others where a usual file names them",
      ['key0'],
      'usual',
      held(1, 0),
      'file 0, agent 1',
    ],
    ['by the agent where the file is the public half', ['public'], 'own', held(0, 1), 'agent 1, agent 0'],
    ['at most five', ['key0', 'key1'], 'own', held(2, 3, 4, 5), 'file 0, file 1, agent 2, agent 3, agent 4'],
    ['without usual files that are missing or locked', ['gone', 'locked', 'key3'], 'usual', [], 'file 3'],
    ['from the agent alone where the operator wants no files', [], 'own', held(1), 'agent 1'],
    ["without the agent's keys of an unknown kind", [], 'usual', [unknownKind, ...held(1)], 'agent 1'],
    ['not at all where there is none', ['gone'], 'usual', [], ''],
    ['by the agent where it is a FIDO key', ['fido'], 'own', [FIDO], 'agent sk-ssh-ed25519@openssh.com'],
  ])('%s', async (_, files, whose, agent, expected) => {
    expect(await offered({ files, own: whose === 'own', agent })).toBe(expected);
  });
});

describe('with IdentitiesOnly, of the agent only what a file names', () => {
  test.each<[string, Wishes, string]>([
    ['by a private key', { files: ['key0'], agent: held(1, 0) }, 'file 0'],
    ['by the public half', { files: ['public'], agent: held(0, 1) }, 'agent 1'],
    ['by a certificate', { certificates: ['cert1'], agent: held(0, 1) }, 'agent cert 1, agent 1'],
    [
      'by the certificate beside a key',
      { files: ['with'], agent: [...held(1), heldCert(0)] },
      'file cert 0, file 0',
    ],
    ['by a usual file', { files: ['public', 'gone'], own: false, agent: held(0, 1) }, 'agent 1'],
  ])('%s', async (_, wishes, expected) => {
    expect(await offered({ ...wishes, only: true })).toBe(expected);
  });
});

describe('a certificate is offered', () => {
  test.each<[string, Wishes, string]>([
    ['before its key, from beside it', { files: ['key2', 'with'] }, 'file 2, file cert 0, file 0'],
    ['from beside a public half', { files: ['with.pub'], agent: held(0) }, 'agent cert 0, agent 0'],
    [
      'from CertificateFile, first of all',
      { files: ['key1', 'key0'], certificates: ['cert0'] },
      'file cert 0, file 1, file 0',
    ],
    [
      'signed by the agent, which holds the key',
      { certificates: ['cert1'], own: false, agent: held(0, 1) },
      'agent cert 1, agent 1, agent 0',
    ],
    [
      'by the agent, which holds it, before its key',
      { agent: [...held(1, 0), heldCert(0)] },
      'agent 1, agent cert 0, agent 0',
    ],
    [
      'signed from the file, though the agent holds it too',
      { files: ['key0'], agent: [heldCert(0)] },
      'file cert 0, file 0',
    ],
    [
      'once, though it is beside its key and in the agent',
      { files: ['with'], own: false, agent: [...held(0), heldCert(0)] },
      'file cert 0, file 0',
    ],
    ['where it is what the operator names', { files: ['cert1'], agent: held(1) }, 'agent cert 1, agent 1'],
    [
      'once, however often it is named',
      { files: ['with', 'cert0'], certificates: ['cert0', 'with-cert.pub'] },
      'file cert 0, file 0',
    ],
  ])('%s', async (_, wishes, expected) => {
    expect(await offered(wishes)).toBe(expected);
  });

  test.each<[string, Wishes, string]>([
    [
      'that has expired',
      { files: ['expired'] },
      'expired-cert.pub: the certificate has expired on 1970-01-01T00:16:40.000Z',
    ],
    ['that is none', { files: ['odd'] }, 'odd-cert.pub: there is no key in it that is supported'],
    ['that is a mere key', { files: ['plain'] }, 'plain-cert.pub: it is no certificate'],
    ['that is not there', { certificates: ['gone'], files: ['key0'] }, 'gone: there is no such file'],
    [
      'whose key nobody has',
      { certificates: ['cert1'], files: ['key0'] },
      'cert1: neither a file nor the ssh-agent has its private key',
    ],
  ])('not one %s, and its key is all the same', async (_, wishes, reason) => {
    expect(await offered(wishes)).toBe('file 0');
    expect(await passedOver(wishes)).toEqual([at(reason)]);
  });

  test('not one of the agent that has expired', async () => {
    const agent = [{ blob: certOf(0, { validBefore: 5n }), comment: 'old' }];
    expect(await offered({ agent })).toBe('');
    expect(await passedOver({ agent })).toEqual([
      "ssh-agent's old: the certificate has expired on 1970-01-01T00:00:05.000Z",
    ]);
  });
});

describe("the operator's own file", () => {
  test.each([
    ['must be there', 'gone', 'there is no such file'],
    [
      'may be locked only where the agent holds its key',
      'locked',
      'it is encrypted, and the ssh-agent does not hold it: ssh-add ',
    ],
    [
      'may be the public half only where the agent holds its key',
      'public',
      'it is a public key, and the ssh-agent does not hold it',
    ],
    [
      'may be a certificate only where there is its key',
      'cert1',
      'neither a file nor the ssh-agent has its private key',
    ],
    ['must be a file', '.', 'it is not a file'],
  ])('%s', async (_, name, reason) => {
    expect(await offered({ files: [name, 'key0'], agent: held(3) })).toContain(`${at(name)}: ${reason}`);
  });
  test('may be a FIDO key only where the agent holds it', async () => {
    const fields = [
      wireString('none'),
      wireString('none'),
      wireString(''),
      Buffer.of(0, 0, 0, 1),
      wireString(FIDO.blob),
    ];
    const base64 = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...fields]).toString('base64');
    await put('sk', `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`);
    expect(await offered({ files: ['sk'], agent: [FIDO] })).toBe('agent sk-ssh-ed25519@openssh.com');
    expect(await offered({ files: ['sk'] })).toBe(
      `${at('sk')}: it is a FIDO key, and the ssh-agent does not hold it: ssh-add ${at('sk')}, or set ssh.transport: openssh`,
    );
  });
});

describe('an offer', () => {
  const only = async (wishes: Wishes) => {
    const offers = await offersFor(wishes);
    const offer = offers.ok ? offers.value.keys[0] : undefined;
    if (offer === undefined) throw new Error(JSON.stringify(offers));
    return offer;
  };
  const certified = (blob: Buffer) => ({ blob: unsignedCertificate(blob), comment: 'c' });
  test.each<[string, Wishes, string, string, boolean]>([
    ['of Ed25519', { files: ['key0'] }, 'ssh-ed25519', 'ssh-ed25519', false],
    ['of a certificate', { files: ['with'] }, 'ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com', false],
    [
      'of RSA',
      { agent: [{ blob: RSA, comment: '' }] },
      'ssh-rsa',
      'rsa-sha2-512 rsa-sha2-256 ssh-rsa',
      false,
    ],
    [
      'of a certificate of RSA',
      { agent: [certified(RSA)] },
      'ssh-rsa',
      'rsa-sha2-512-cert-v01@openssh.com rsa-sha2-256-cert-v01@openssh.com ssh-rsa-cert-v01@openssh.com',
      false,
    ],
    ['of FIDO', { agent: [FIDO] }, 'sk-ssh-ed25519@openssh.com', 'sk-ssh-ed25519@openssh.com', true],
    [
      'of a certificate of FIDO',
      { agent: [certified(FIDO.blob)] },
      'sk-ssh-ed25519@openssh.com',
      'sk-ssh-ed25519-cert-v01@openssh.com',
      true,
    ],
  ])('%s says what it may be asked for', async (_, wishes, keyType, algorithms, asksPerson) => {
    const offer = await only(wishes);
    expect({ ...offer, algorithms: offer.algorithms.join(' ') }).toMatchObject({
      keyType,
      algorithms,
      asksPerson,
    });
    for (const algorithm of offer.algorithms) {
      const signed = await offer.sign(Buffer.from('data'), algorithm);
      const plain = algorithm.replace(
        '-cert-v01@openssh.com',
        keyType.startsWith('sk-') ? '@openssh.com' : '',
      );
      expect(signed.ok && algorithmOf(signed.value)).toBe(plain);
    }
    expect(await offer.sign(Buffer.from('data'), 'ssh-dss')).toEqual(
      err('ssh-dss is none of its algorithms'),
    );
  });

  test.each<[string, Wishes, Buffer]>([
    ['a certificate that it holds', { agent: [...held(0), heldCert(0)] }, certOf(0)],
    ["a key, for a file's certificate", { certificates: ['cert0'], agent: held(0) }, blobOf(0)],
    [
      "another certificate of the key, for a file's",
      { certificates: ['cert0'], agent: [{ blob: certOf(0, { keyId: 'b' }), comment: '' }] },
      certOf(0, { keyId: 'b' }),
    ],
  ])('is signed by the agent with %s', async (_, wishes, blob) => {
    const signed = await (await only(wishes)).sign(Buffer.from('data'), 'ssh-ed25519-cert-v01@openssh.com');
    const expected = ['ssh-ed25519', blob, 'data'].map((field) => wireString(field));
    expect(signed).toEqual(ok(Buffer.concat(expected)));
  });

  test('is labelled with its file or its comment, escaped, and its fingerprint', async () => {
    const agent = [
      { blob: blobOf(1), comment: 'evil\u001b[2J' },
      { blob: certOf(2), comment: '' },
    ];
    const offers = await offersFor({ files: ['with'], agent });
    expect(offers.ok && offers.value.keys.map(({ label }) => label)).toEqual([
      `certificate ${at('with-cert.pub')} ${fingerprint(blobOf(0))}`,
      `${at('with')} ${fingerprint(blobOf(0))}`,
      `ssh-agent's evil\\x1b[2J ${fingerprint(blobOf(1))}`,
      `ssh-agent's certificate key ${fingerprint(blobOf(2))}`,
    ]);
  });
});

describe('what is passed over is named, with the reason', () => {
  test('an agent that is of no use, and a locked file', async () => {
    const wishes = { files: ['gone', 'locked'], own: false, agent: 'it does not answer' };
    expect(await offered(wishes)).toBe('');
    expect(await passedOver(wishes)).toEqual([
      'the ssh-agent is of no use: it does not answer',
      `${at('locked')}: it is encrypted, and the ssh-agent does not hold it: ssh-add ${at('locked')}`,
    ]);
  });
  test('keys that are too many', async () => {
    expect(await passedOver({ agent: held(0, 1, 2, 3, 4, 5) })).toEqual([
      `only the first 5 keys are offered, not ssh-agent's key 5 ${fingerprint(blobOf(5))}`,
    ]);
  });
  test('an agent full of keys that make no sense, but not all of them', async () => {
    const dss = { blob: wireString('ssh-dss'), comment: 'old' };
    const agent = Array.from({ length: 2_000 }, () => dss);
    expect(await passedOver({ agent })).toEqual(
      Array(5).fill("ssh-agent's old: ssh-dss keys are not supported"),
    );
  });
  test.each([
    ['none', 0, ''],
    ['a few', 2, '0, 1'],
    ['eight', 8, '0, 1, 2, 3, 4, 5, 6, 7'],
    ['many', 1_000, '0, 1, 2, 3, 4, 5, 6, 7, 992 more'],
  ])('labels of %s', (_, count, expected) => {
    expect(labels(Array.from({ length: count }, (_, n) => ({ label: String(n) })))).toBe(expected);
  });
});

test('files and agent are asked once, however many connections there are', async () => {
  const agent = agentWith(held(1));
  const source = createOfferSource(agent);
  const ssh = {
    identityFiles: [at('key0')],
    identityFilesExplicit: true,
    identitiesOnly: false,
    certificateFiles: [],
  };
  const both = await Promise.all([source.offers(ssh), source.offers({ ...ssh })]);
  expect(both[0]).toBe(both[1]);
  expect(agent.asked).toBe(1);
  expect(await source.offers({ ...ssh, identitiesOnly: true })).not.toBe(both[0]);
});
