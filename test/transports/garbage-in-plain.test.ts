import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { phaseOf } from '../../src/errors/catalogue.ts';
import { createPlainReader, NEWKEYS } from '../support/plain-packets.ts';
import { keyExchangeInit, LISTS, message, packet, text, u32 } from '../support/plain-text.ts';
import { probe, type Verdict } from '../support/probe.ts';
import { randomBytesOf } from '../support/random.ts';
import { HOST_KEY, targetFor, tcp, transport, useSshFixture } from '../support/ssh-fixture.ts';

useSshFixture();

const KEX_ECDH_INIT = 30;
const VERSION = Buffer.from('SSH-2.0-odd\r\n');
const INIT = packet(keyExchangeInit());
const random = randomBytesOf(2);
const ENDLESS = u32(0xffff_ffff);
const hostKey = Buffer.from(HOST_KEY.publicText.split(' ')[1] ?? '', 'base64');
const signature = Buffer.concat([text('ssh-ed25519'), text(random(64))]);
/** SSH_MSG_KEX_ECDH_REPLY (RFC 5656, 4). */
const reply = (point: Uint8Array, key: Uint8Array = hostKey, signed: Uint8Array = signature) =>
  packet(message(31, text(key), text(point), text(signed)));
const listReplaced = (index: number, by: Uint8Array) => packet(keyExchangeInit(LISTS.with(index, by)));

/** Sends the first at once, the second when the client has sent its half of the key agreement. */
function speaking(first: Buffer, answer: Buffer): (socket: Socket) => void {
  return (socket) => {
    const read = createPlainReader();
    socket.write(first);
    socket.on('data', (bytes) => {
      if (read(bytes).includes(KEX_ECDH_INIT)) socket.write(answer);
    });
  };
}

describe('a server whose plain text makes no sense', () => {
  // Half a second for what leaves the client waiting for more: the rest fails at once.
  async function verdictOn(first: Buffer, answer: Buffer = Buffer.alloc(0)): Promise<Verdict> {
    const server = await tcp(speaking(first, answer));
    return probe(transport(), await targetFor(server, { connectTimeoutMs: 500 }));
  }
  const isReachOrTrust = (verdict: Verdict) =>
    verdict !== 'lost' && verdict !== 'whole' && ['reach', 'trust'].includes(phaseOf(verdict));

  test.each<[string, ...Buffer[]]>([
    ['bytes of any kind', random(4_000)],
    [
      'bytes of any kind, in lines',
      Buffer.from(
        random(400)
          .toString('hex')
          .replace(/(.{20})/g, '$1\n'),
      ),
    ],
    ['a version of 300 characters', Buffer.from(`SSH-2.0-${'x'.repeat(300)}\r\n`)],
    ['a version of the future', Buffer.from('SSH-3.0-odd\r\n')],
    ['a version with a control character', Buffer.from('SSH-2.0-\u001b[2J\0\r\n')],
    ['a version that ends in a bare return', Buffer.from('SSH-2.0-odd\rSSH-2.0-odd\n')],
    ['two versions', VERSION, VERSION],
    ['a packet of four gigabytes', VERSION, ENDLESS, random(100)],
    ['a packet of no bytes', VERSION, u32(0), random(100)],
    ['a packet that is nothing but padding', VERSION, u32(12), Buffer.from([11]), Buffer.alloc(11)],
    ['more padding than packet', VERSION, u32(12), Buffer.from([255]), random(11)],
    ['a packet of 35,000 zeros', VERSION, packet(Buffer.alloc(35_000))],
    ['a list of algorithms without an end', VERSION, listReplaced(0, Buffer.concat([ENDLESS, random(8)]))],
    ['a list of algorithms that is cut off', VERSION, packet(keyExchangeInit(LISTS.slice(0, 4)))],
    ['empty lists of algorithms', VERSION, packet(keyExchangeInit(LISTS.map(() => text(''))))],
    ['an algorithm with control characters', VERSION, listReplaced(0, text('\u001b[2J,\n'))],
    ['random algorithms', VERSION, packet(keyExchangeInit(LISTS.map(() => text(random(40)))))],
    ['its algorithms three times', VERSION, INIT, INIT, INIT],
    ['no bytes of any algorithm', VERSION, packet(message(20))],
    ['keys that are in use before they are agreed on', VERSION, INIT, packet(message(21))],
    ['a login that has worked before it was begun', VERSION, packet(message(52)), INIT, packet(message(52))],
    ['a channel before there are keys', VERSION, INIT, packet(message(91, u32(0), u32(0), u32(9), u32(9)))],
    ['a goodbye that is cut off', VERSION, INIT, packet(message(1, u32(11), ENDLESS))],
    [
      'a goodbye with control characters',
      VERSION,
      INIT,
      packet(message(1, u32(2), text('\u001b[2J'), text(''))),
    ],
    ['an answer before the question', VERSION, INIT, reply(random(32))],
  ])('%s: fails by a code of reach or trust', async (_, ...parts) => {
    const verdict = await verdictOn(Buffer.concat(parts));
    expect(isReachOrTrust(verdict), verdict).toBe(true);
    expect(verdict).not.toBe('AUTH_REJECTED');
  });

  test.each<[string, Buffer]>([
    ['a point that is zero', reply(Buffer.alloc(32))],
    ['a point that is one', reply(Buffer.alloc(32).fill(1, 0, 1))],
    ['a point that is too short', reply(random(5))],
    ['a point of many bytes', reply(random(34_000))],
    ['a signature by nobody', reply(random(32))],
    ['an empty signature', reply(random(32), hostKey, Buffer.alloc(0))],
    ['a signature of another kind', reply(random(32), hostKey, text('ssh-rsa'))],
    ['a host key that is none', reply(random(32), random(51))],
    ['an empty host key', reply(random(32), Buffer.alloc(0))],
    ['an answer that is cut off', packet(message(31, ENDLESS, random(20)))],
    ['a goodbye', packet(message(1, u32(2), text('no'), text('')))],
    ['a packet of four gigabytes', Buffer.concat([ENDLESS, random(100)])],
  ])('%s in place of its half of the keys: is refused at once', async (_, answer) => {
    // ssh2 judges the answer when the new keys are to be used.
    const newKeys = packet(message(NEWKEYS));
    const verdict = await verdictOn(Buffer.concat([VERSION, INIT]), Buffer.concat([answer, newKeys]));
    expect(['CONNECTION_LOST', 'HOST_KEY_CHANGED']).toContain(verdict);
  });
});

describe('a server that never stops to talk gets no answer and fills no memory', () => {
  const MEGABYTE = Buffer.alloc(1_048_576, 'x');
  const lines = Buffer.from('a line of text\r\n'.repeat(10_000));
  const ignored = Buffer.concat(Array.from({ length: 100 }, () => packet(message(2, text(random(9_000))))));
  test.each<[string, Buffer, Buffer]>([
    ['before its version, without a line end', Buffer.alloc(0), MEGABYTE],
    ['before its version, in lines', Buffer.alloc(0), lines],
    ['in its version', Buffer.from('SSH-2.0-'), MEGABYTE],
    ['in place of its algorithms, with messages to be ignored', VERSION, ignored],
    ['in place of an answer, with messages to be ignored', Buffer.concat([VERSION, INIT]), ignored],
  ])('%s', async (_, first, again) => {
    let sent = 0;
    function flood(socket: Socket): void {
      socket.write(first);
      const more = () => {
        for (let goesOn = true; goesOn && !socket.destroyed; ) {
          goesOn = socket.write(again);
          sent += again.length;
        }
      };
      socket.on('drain', more);
      more();
    }
    const target = await targetFor(await tcp(flood), { connectTimeoutMs: 1_000 });
    const before = process.memoryUsage().rss;
    const verdict = await probe(transport(), target);
    expect(['NOT_SSH', 'CONNECTION_LOST', 'CONNECTION_TIMED_OUT']).toContain(verdict);
    // What was sent may be much; what is kept of it is not.
    const kept = process.memoryUsage().rss - before;
    expect(kept, `${sent} bytes sent`).toBeLessThan(100 * 1_048_576);
  });
});
