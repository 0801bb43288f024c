import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSshLog, type SshFacts } from '../../../src/transports/openssh/ssh-log.ts';

/** What a log says that arrives in pieces of this size. */
function factsOf(lines: readonly string[], size = 7): SshFacts {
  const log = createSshLog();
  const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
  for (let at = 0; at < bytes.length; at += size) log.push(bytes.subarray(at, at + size));
  return log.facts();
}

describe('a log of ssh(1)', () => {
  test('that logs in and runs a command', () => {
    const facts = factsOf([
      'debug1: Connecting to 127.0.0.1 [127.0.0.1] port 22.',
      'debug1: Connection established.',
      'debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1',
      'debug1: Server host key: ssh-ed25519 SHA256:CKMJjKA5sofJoMYfcxmHRwKq6xZZaYCVOo9vsFgfJRM',
      'debug1: SSH2_MSG_NEWKEYS received',
      'debug1: Authentications that can continue: publickey,password',
      'debug1: Offering public key: /home/a b/key ED25519 SHA256:oZVG explicit agent',
      'debug1: Server accepts key: /home/a b/key ED25519 SHA256:oZVG explicit agent',
      'Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "publickey".',
      'debug1: client_input_channel_req: channel 0 rtype exit-status reply 0',
      'Transferred: sent 3496, received 3344 bytes, in 1.0 seconds',
      'debug1: Exit status 255',
    ]);
    expect(facts).toMatchObject({
      ...{ proxied: false, dialled: true, connected: true, isSsh: true, agreed: true, authenticated: true },
      hostKey: 'ssh-ed25519 SHA256:CKMJjKA5sofJoMYfcxmHRwKq6xZZaYCVOo9vsFgfJRM',
      offered: ['/home/a b/key ED25519 SHA256:oZVG'],
      accepted: '/home/a b/key ED25519 SHA256:oZVG',
      ...{ methods: 'publickey,password', ended: 'exited', exitCode: 255, refused: null, said: [] },
    });
  });

  test.each<[string, readonly string[], Partial<SshFacts>]>([
    [
      'a signal',
      ['debug1: client_input_channel_req: channel 0 rtype exit-signal reply 0', 'debug1: Exit status -1'],
      { ended: 'signalled', exitCode: null },
    ],
    ['no end', ['debug1: Exit status -1'], { ended: null, exitCode: null }],
    [
      'a refused command',
      ['exec request failed on channel 0'],
      { refused: 'exec request failed on channel 0' },
    ],
    [
      'a jump host',
      ['debug1: Executing proxy command: exec ssh -W [a]:22 b'],
      { proxied: true, dialled: false },
    ],
    [
      'a busy server',
      ['debug1: kex_exchange_identification: banner line 0: Exceeded MaxStartups'],
      { banner: ['Exceeded MaxStartups'] },
    ],
    [
      'a busy server, to an older ssh',
      ['debug1: ssh_exchange_identification: Exceeded MaxStartups'],
      { banner: ['Exceeded MaxStartups'] },
    ],
    [
      'a broken connection, which is no banner',
      ['debug1: kex_exchange_identification: write: Broken pipe'],
      { banner: [] },
    ],
    [
      'a key of an older ssh, by no name',
      ['debug1: Server accepts key: pkalg rsa-sha2-512 blen 279'],
      { accepted: null },
    ],
    [
      'a key that cannot be read',
      ['Load key "/k": bad permissions', 'no such identity: /g: No such file or directory'],
      { unusable: ['/k: bad permissions', '/g: No such file or directory'] },
    ],
    [
      'a changed key',
      ['Offending ECDSA key in /a b/known:12', '  ssh-keygen -f "/a b/known" -R "[h]:2"'],
      { known: '/a b/known:12', entry: ['/a b/known', '[h]:2'] },
    ],
    [
      'a key that could not be recorded',
      ['Failed to add the host to the list of known hosts (/k).'],
      { unrecorded: true },
    ],
  ])('tells %s', (_, lines, expected) => {
    expect(factsOf(lines)).toMatchObject(expected);
  });

  test('keeps its last words, escaped, and none that are for debugging', () => {
    const facts = factsOf(['@@@@@@@@', 'debug1: pledge: exec', 'first', 'with \x1b[2J', '']);
    expect(facts.said).toEqual(['first', 'with \\x1b[2J']);
  });

  test('is read in bounded memory, whatever it is', () => {
    const words = [
      'debug1: ',
      'kex_exchange_identification: banner line 0: ',
      'Exit status 1',
      '\n',
      'Load key "',
      '": ',
    ];
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(...words.map((it) => Buffer.from(it))),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 60 }), fc.nat(20_000), (chunks, length) => {
        const log = createSshLog();
        for (const bytes of [...chunks, Buffer.alloc(length, 'x'), ...chunks]) log.push(bytes);
        expect(JSON.stringify(log.facts()).length).toBeLessThan(60_000);
      }),
    );
  });
});
