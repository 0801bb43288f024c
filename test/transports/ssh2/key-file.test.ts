import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKeyFile } from '../../../src/transports/ssh2/key-file.ts';
import { soundKeyPair } from '../../support/ssh-keys.ts';

const { generateKeyPairSync: openssh, parseKey } = ssh2.utils;
const ed = soundKeyPair('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
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
    const data = Buffer.from('to be signed');
    const signature = read.key.sign(data, hash ?? undefined);
    const half = parseKey(read.blob);
    if (half instanceof Error || Array.isArray(half)) throw new Error('no public key');
    expect(half.verify(data, signature, hash ?? undefined)).toBe(true);
    expect(half.verify(Buffer.from('other data'), signature, hash ?? undefined)).toBe(false);
  });

  test('one that cannot sign gives ssh2 an error as the value, as it expects', async () => {
    const read = await readKeyFile(await keyFile('usable', pem(rsa.privateKey, 'pkcs1')));
    if (read.kind !== 'usable') throw new Error(read.kind);
    expect(read.key.sign(Buffer.from('x'), 'no such hash')).toBeInstanceOf(Error);
  });
});

describe('a key that only the ssh-agent can use', () => {
  test('one that is encrypted: its public half is known all the same', async () => {
    const { private: encrypted, public: half } = soundKeyPair('ed25519', {
      passphrase: 'p',
      cipher: 'aes256-ctr',
      rounds: 1,
    });
    const read = await readKeyFile(await keyFile('encrypted', encrypted));
    expect(read).toMatchObject({ kind: 'needs-agent', reason: 'it is encrypted' });
    expect(read.kind === 'needs-agent' && read.blob?.toString('base64')).toBe(half.split(' ')[1]);
  });
  test.each([
    ['PKCS#1', pem(rsa.privateKey, 'pkcs1', 'p')],
    ['PKCS#8', pem(rsa.privateKey, 'pkcs8', 'p')],
  ])('one that is encrypted as %s, with its public half beside it', async (name, text) => {
    const path = await keyFile(name.replace('#', ''), text);
    expect(await readKeyFile(path)).toEqual({ kind: 'needs-agent', blob: null, reason: 'it is encrypted' });
    await keyFile(`${name.replace('#', '')}.pub`, ed.public);
    expect((await readKeyFile(path)) as { blob: Buffer }).toHaveProperty(
      'blob',
      Buffer.from(ed.public.split(' ')[1] ?? '', 'base64'),
    );
  });
  test('a public key, whoever may read it', async () => {
    const read = await readKeyFile(await keyFile('public', ed.public, 0o644));
    expect(read).toMatchObject({ kind: 'needs-agent', reason: 'it is a public key' });
  });
});

describe('a key that is of no use', () => {
  test.each([
    ['rubbish', 'rubbish', 'it is not a private key'],
    ['an empty file', '', 'it is not a private key'],
    ['a DSA key', pem(dsa.privateKey, 'pkcs8'), 'it is not a private key'],
    ['a damaged key', ed.private.replace(/\n.{20}/, '\n'), 'it is not a private key'],
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
