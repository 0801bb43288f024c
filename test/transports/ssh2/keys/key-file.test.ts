import { generateKeyPairSync, sign } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKeyFile, readPublicFile } from '../../../../src/transports/ssh2/keys/key-file.ts';
import { readPublicKey, readPublicText } from '../../../../src/transports/ssh2/keys/public-key.ts';
import { wireString, wireUint32 } from '../../../../src/transports/ssh2/packets/wire.ts';
import { soundKeyPair } from '../../../support/ssh-keys.ts';
import { fidoStandIn, publicLine, unsignedCertificate } from '../../../support/ssh-material.ts';

const { generateKeyPairSync: openssh, parseKey } = ssh2.utils;
const ed = soundKeyPair('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const edBlob = readPublicText(ed.public)?.blob ?? Buffer.of();
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 });
const NO_KEY = 'it is not a private key of a supported type';
const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
const pem = (key: typeof rsa.privateKey, type: 'pkcs1' | 'pkcs8' | 'sec1', passphrase?: string) =>
  key
    .export({
      type,
      format: 'pem',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    })
    .toString();

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-prep-key-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function keyFile(name: string, text: string, mode = 0o600): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

describe('a key that can be used', () => {
  test.each([
    ["Ed25519 in OpenSSH's format", ed.private, null],
    ["ECDSA in OpenSSH's format", openssh('ecdsa', { bits: 384 }).private, 'sha384'],
    ["RSA in OpenSSH's format", openssh('rsa', { bits: 2048 }).private, 'sha256'],
    ['RSA as PKCS#1', pem(rsa.privateKey, 'pkcs1'), 'sha512'],
    ['RSA as PKCS#8', pem(rsa.privateKey, 'pkcs8'), 'sha512'],
    ['ECDSA as SEC1', pem(ec.privateKey, 'sec1'), 'sha256'],
    ['ECDSA as PKCS#8', pem(ec.privateKey, 'pkcs8'), 'sha256'],
    ['one with Windows line ends', ed.private.replaceAll('\n', '\r\n'), null],
  ])('%s: what it signs, its public half verifies', async (_, text, hash) => {
    const read = await readKeyFile(await keyFile('usable', text));
    if (read.kind !== 'usable') throw new Error(JSON.stringify(read));
    const half = parseKey(read.half.blob);
    if (half instanceof Error || Array.isArray(half)) throw new Error('no public key');
    const data = Buffer.from('to be signed');
    const signature = sign(hash, data, read.key);
    expect(half.verify(data, signature, hash ?? undefined)).toBe(true);
    expect(half.verify(Buffer.from('other data'), signature, hash ?? undefined)).toBe(false);
  });
});

describe('a key that is locked', () => {
  test("one in OpenSSH's format: its public half is known all the same", async () => {
    const { private: encrypted, public: half } = soundKeyPair('ed25519', {
      passphrase: 'p',
      cipher: 'aes256-ctr',
      rounds: 1,
    });
    const read = await readKeyFile(await keyFile('encrypted', encrypted));
    expect(read).toMatchObject({ kind: 'locked', reason: 'it is encrypted', text: encrypted });
    expect(read.kind === 'locked' && read.half).toEqual(readPublicText(half));
  });
  test.each([
    ['PKCS#1', pem(rsa.privateKey, 'pkcs1', 'p')],
    ['PKCS#8', pem(rsa.privateKey, 'pkcs8', 'p')],
  ])('one as %s: its public half is beside it, or unknown', async (name, text) => {
    const path = await keyFile(name.replace('#', ''), text);
    expect(await readKeyFile(path)).toEqual({ kind: 'locked', half: null, reason: 'it is encrypted', text });
    await keyFile(`${name.replace('#', '')}.pub`, ed.public);
    expect(await readKeyFile(path)).toMatchObject({ kind: 'locked', half: readPublicText(ed.public) });
  });
});

describe('a key that only the ssh-agent can use', () => {
  test('a public key, whoever may read it', async () => {
    const read = await readKeyFile(await keyFile('public', ed.public, 0o644));
    expect(read).toEqual({
      kind: 'needs-agent',
      half: readPublicText(ed.public),
      reason: 'it is a public key',
    });
  });
  test('a certificate', async () => {
    const certificate = unsignedCertificate(readPublicText(ed.public)?.blob ?? Buffer.of());
    const read = await readKeyFile(await keyFile('certificate', publicLine(certificate), 0o644));
    expect(read).toMatchObject({ kind: 'needs-agent', half: { blob: certificate } });
  });
  test('one of which there is only the public half', async () => {
    await keyFile('half.pub', ed.public, 0o644);
    expect(await readKeyFile(join(folder, 'half'))).toEqual({
      kind: 'needs-agent',
      half: readPublicText(ed.public),
      reason: 'only its public half is there',
    });
  });
  test.each([
    ['a FIDO key', 'none', 'it is a FIDO key'],
    ['a FIDO key that is encrypted', 'aes256-ctr', 'it is a FIDO key'],
  ])('%s', async (_, cipher, reason) => {
    const { blob } = fidoStandIn('ed25519');
    expect(await readKeyFile(await keyFile('fido', opensshHeader(cipher, blob)))).toEqual({
      kind: 'needs-agent',
      half: readPublicKey(blob),
      reason,
    });
  });
  test('one that is encrypted in a way of which there is no decryption here', async () => {
    const half = readPublicText(ed.public);
    const text = opensshHeader('chacha20-poly1305@openssh.com', half?.blob ?? Buffer.of());
    expect(await readKeyFile(await keyFile('chacha', text))).toEqual({
      kind: 'needs-agent',
      half,
      reason: 'it is encrypted with chacha20-poly1305@openssh.com',
    });
  });
});

/** The beginning of OpenSSH's own format, and nothing after it. */
function opensshHeader(cipher: string, blob: Uint8Array): string {
  const fields = [wireString(cipher), wireString('bcrypt'), wireString(''), wireUint32(1), wireString(blob)];
  const base64 = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...fields]).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe('a key that is of no use', () => {
  test.each([
    ['rubbish', 'rubbish', NO_KEY],
    ['an empty file', '', NO_KEY],
    ['a DSA key', pem(dsa.privateKey, 'pkcs8'), NO_KEY],
    [
      'a DSA key, encrypted',
      '-----BEGIN DSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n',
      'DSA keys are not supported',
    ],
    [
      "a DSA key in OpenSSH's format",
      opensshHeader('none', wireString('ssh-dss')),
      'ssh-dss keys are not supported',
    ],
    ['a key of a curve that SSH has not', pem(secp256k1.privateKey, 'sec1'), NO_KEY],
    ['an RSA-PSS key', pem(pss.privateKey, 'pkcs8'), NO_KEY],
    ['a damaged key', ed.private.replace(/\n.{20}/, '\n'), NO_KEY],
    ['a key that ends too early', ed.private.slice(0, 200), NO_KEY],
    ['a public half that makes no sense', opensshHeader('none', wireString('ssh-ed25519')), 'it is damaged'],
    ['a public half that is none', opensshHeader('none', Buffer.of(1)), 'it is damaged'],
    ['a header with nothing behind it', opensshHeader('none', edBlob), NO_KEY],
    [
      "PuTTY's format",
      'PuTTY-User-Key-File-3: ssh-ed25519\n',
      "it is PuTTY's format: puttygen can export OpenSSH's",
    ],
    ['far too much', ' '.repeat(1024 * 1024 + 1), 'it is too large for a key'],
  ])('%s', async (_, text, reason) => {
    expect(await readKeyFile(await keyFile('bad', text))).toEqual({ kind: 'unusable', reason });
  });
  test('one that others can read', async () => {
    const read = await readKeyFile(await keyFile('open', ed.private, 0o644));
    expect(read).toEqual({ kind: 'unusable', reason: 'others can read it (mode 0644): chmod 600 it' });
  });
  test('a folder', async () => {
    await mkdir(join(folder, 'folder'));
    expect(await readKeyFile(join(folder, 'folder'))).toEqual({
      kind: 'unusable',
      reason: 'it is not a file',
    });
  });
  test('a missing one', async () => {
    expect(await readKeyFile(join(folder, 'missing'))).toEqual({ kind: 'missing' });
  });
  test('one behind a file', async () => {
    const path = join(await keyFile('file', ''), 'key');
    expect(await readKeyFile(path)).toEqual({ kind: 'unusable', reason: 'it cannot be read (ENOTDIR)' });
  });
});

test('whatever a file holds, reading it ends in a value', async () => {
  const parts = ed.private.split('\n');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.shuffledSubarray(parts).map((lines) => lines.join('\n')),
    fc.uint8Array().map((bytes) => opensshHeader('none', bytes)),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      const path = await keyFile('any', content);
      expect(await readKeyFile(path)).toHaveProperty('kind');
      expect(await readPublicFile(path)).toHaveProperty('ok');
    }),
    { numRuns: 30 },
  );
}, 60_000);
