import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/domain/secret.ts';
import { readPublicText } from '../../../../src/transports/ssh2/keys/public-key.ts';
import { unlock } from '../../../../src/transports/ssh2/keys/unlock.ts';
import { soundKeyPair } from '../../../support/ssh-keys.ts';

const PASSPHRASE = 'sentinel pässphrase';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const openssh = soundKeyPair('ed25519', { passphrase: PASSPHRASE, cipher: 'aes256-gcm', rounds: 1 });
const pkcs8 = rsa
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE })
  .toString();

describe('a locked key', { timeout: 60_000 }, () => {
  test.each([
    ["in OpenSSH's format", openssh.private, null],
    ['as PKCS#8', pkcs8, 'sha512'],
  ])('%s opens with its passphrase, and with no other', async (_, text, digest) => {
    const [opened, shut] = await Promise.all([
      unlock(text, new Secret(PASSPHRASE)),
      unlock(text, new Secret('wrong')),
    ]);
    expect(shut).toBe('wrong passphrase');
    if (typeof opened === 'string') throw new Error(opened);
    const data = Buffer.from('data');
    expect(verify(digest, data, createPublicKey(opened.key), sign(digest, data, opened.key))).toBe(true);
    if (digest === null) expect(opened.blob).toEqual(readPublicText(openssh.public)?.blob);
    else expect(createPublicKey(opened.key).equals(createPublicKey(rsa))).toBe(true);
  });

  test('that is damaged does not open', async () => {
    expect(await unlock(openssh.private.slice(0, 200), new Secret(PASSPHRASE))).toBe('wrong passphrase');
  });

  test('leaves the event loop free meanwhile', async () => {
    const slow = soundKeyPair('ed25519', { passphrase: 'p', cipher: 'aes256-ctr', rounds: 4 });
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 1);
    const opened = await unlock(slow.private, new Secret('p'));
    clearInterval(counting);
    expect(typeof opened).toBe('object');
    expect(turns).toBeGreaterThan(5);
  });
});
