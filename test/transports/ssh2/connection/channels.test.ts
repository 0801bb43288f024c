import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChannelEvents, WINDOW } from '../../../../src/transports/ssh2/connection/channel.ts';
import { createChannels } from '../../../../src/transports/ssh2/connection/channels.ts';
import { MESSAGE, message } from '../../../../src/transports/ssh2/packets/messages.ts';
import {
  wireFlag,
  wireReader,
  wireString,
  wireUint32,
} from '../../../../src/transports/ssh2/packets/wire.ts';

const NAMES = new Map(Object.entries(MESSAGE).map(([name, number]) => [number as number, name]));

/** Channels over nothing: what they send and what is heard of them, in words. */
function channels() {
  const sent: string[] = [];
  const heard: string[] = [];
  const all = createChannels((payload) => {
    const fields = wireReader(payload.subarray(1));
    if (payload[0] === MESSAGE.CHANNEL_OPEN) fields.string();
    sent.push(`${NAMES.get(payload[0] ?? 0)} ${fields.uint32()}`);
  });
  const events: ChannelEvents = {
    opened: () => heard.push('opened'),
    refused: (reason, said) => heard.push(`refused ${reason} ${said}`),
    data: (bytes, isError) => heard.push(`${isError ? 'error ' : ''}${bytes}`),
    ended: () => heard.push('ended'),
    exited: (name, fields) => heard.push(`${name} ${fields.uint32()}`),
    answered: (yes) => heard.push(yes ? 'yes' : 'no'),
    closed: () => heard.push('closed'),
  };
  const say = (type: number, ...fields: Uint8Array[]) => all.receive(message(type, ...fields));
  const confirm = (local: number, remote: number) =>
    say(MESSAGE.CHANNEL_OPEN_CONFIRMATION, ...[local, remote, 1_000, 100].map(wireUint32));
  return { all, sent, heard, events, say, confirm, open: () => all.open('session', [], events) };
}
const zero = wireUint32(0);

describe('a channel', () => {
  test('is opened, carries both streams, and ends by the other side', () => {
    const { open, confirm, say, sent, heard } = channels();
    const channel = open();
    channel.write(Buffer.from('early'));
    expect(sent).toEqual(['CHANNEL_OPEN 0']);
    expect(confirm(0, 7)).toBe(null);
    say(MESSAGE.CHANNEL_SUCCESS, zero);
    say(MESSAGE.CHANNEL_DATA, zero, wireString('out'));
    say(MESSAGE.CHANNEL_EXTENDED_DATA, zero, wireUint32(1), wireString('err'));
    say(MESSAGE.CHANNEL_EXTENDED_DATA, zero, wireUint32(2), wireString('neither'));
    say(MESSAGE.CHANNEL_REQUEST, zero, wireString('exit-status'), wireFlag(false), wireUint32(3));
    say(MESSAGE.CHANNEL_EOF, zero);
    say(MESSAGE.CHANNEL_DATA, zero, wireString('after the end'));
    say(MESSAGE.CHANNEL_CLOSE, zero);
    expect(heard).toEqual(['opened', 'yes', 'out', 'error err', 'exit-status 3', 'ended', 'closed']);
    expect(sent).toEqual(['CHANNEL_OPEN 0', 'CHANNEL_DATA 7', 'CHANNEL_CLOSE 7']);
    channel.write(Buffer.from('late'));
    channel.close();
    expect(sent.length).toBe(3);
  });

  test('that is refused says why, escaped, and is of no use', () => {
    const { open, say, sent, heard } = channels();
    const channel = open();
    const words = [wireString('no\u001b'), wireString('')];
    expect(say(MESSAGE.CHANNEL_OPEN_FAILURE, zero, wireUint32(1), ...words)).toBe(null);
    channel.write(Buffer.from('x'));
    channel.end();
    channel.close();
    expect([heard, sent]).toEqual([['refused 1 no\\x1b'], ['CHANNEL_OPEN 0']]);
  });

  test('gives room anew once half of it has been dealt with, and none after its end', () => {
    const { open, confirm, say, sent } = channels();
    const channel = open();
    confirm(0, 7);
    channel.consumed(WINDOW / 2 - 1);
    expect(sent).toEqual(['CHANNEL_OPEN 0']);
    channel.consumed(1);
    expect(sent).toEqual(['CHANNEL_OPEN 0', 'CHANNEL_WINDOW_ADJUST 7']);
    say(MESSAGE.CHANNEL_EOF, zero);
    channel.consumed(WINDOW);
    expect(sent.length).toBe(2);
  });

  test('that is closed before it is open is closed as soon as it is, unheard', () => {
    const { open, confirm, say, sent, heard } = channels();
    open().close();
    expect(sent).toEqual(['CHANNEL_OPEN 0']);
    confirm(0, 7);
    expect(sent).toEqual(['CHANNEL_OPEN 0', 'CHANNEL_CLOSE 7']);
    say(MESSAGE.CHANNEL_CLOSE, zero);
    expect([heard, sent.length]).toEqual([[], 2]);
  });

  test.each([
    ['refuses what it is asked for, where an answer is wanted', true, ['CHANNEL_FAILURE 7']],
    ['says nothing where none is', false, []],
  ])('%s', (_, wanted, answers) => {
    const { open, confirm, say, sent } = channels();
    open();
    confirm(0, 7);
    say(MESSAGE.CHANNEL_REQUEST, zero, wireString('keepalive@openssh.com'), wireFlag(wanted));
    expect(sent.slice(1)).toEqual(answers);
  });

  test.each<[string, (it: ReturnType<typeof channels>) => string | null]>([
    ['is opened twice', ({ confirm }) => confirm(0, 1) ?? confirm(0, 2)],
    ['is used before it is open', ({ say }) => say(MESSAGE.CHANNEL_DATA, zero, wireString('x'))],
    ['has data that is cut short', ({ say, confirm }) => confirm(0, 1) ?? say(MESSAGE.CHANNEL_DATA, zero)],
    ['is opened without a window', ({ say }) => say(MESSAGE.CHANNEL_OPEN_CONFIRMATION, zero, zero)],
    [
      'has a request without a name',
      ({ say, confirm }) => confirm(0, 1) ?? say(MESSAGE.CHANNEL_REQUEST, zero),
    ],
  ])('that %s is a fault of the server', (_, act) => {
    const it = channels();
    it.open();
    expect(act(it)).toEqual(expect.any(String));
  });
});

test('a channel that the server asks for is refused', () => {
  const { all, sent } = channels();
  const ports = [zero, zero];
  all.receive(message(MESSAGE.CHANNEL_OPEN, wireString('forwarded-tcpip'), wireUint32(5), ...ports));
  expect(sent).toEqual(['CHANNEL_OPEN_FAILURE 5']);
});

test('when the connection is over all channels are closed, those too that are opened later', async () => {
  const { all, heard, events, open } = channels();
  open();
  open().close();
  all.lost();
  expect(heard).toEqual(['closed']);
  all.open('session', [], events);
  await null;
  expect(heard).toEqual(['closed', 'closed']);
});

test('what a server sends of a forgotten channel is no fault, and is not heard', () => {
  const { all, heard, confirm, open } = channels();
  all.forget(open());
  expect([confirm(0, 1), heard]).toEqual([null, []]);
});

test('whatever a server sends, it is taken or said to be wrong', () => {
  const type = fc.integer({ min: MESSAGE.CHANNEL_OPEN, max: MESSAGE.CHANNEL_FAILURE });
  const body = fc.tuple(fc.constantFrom(zero, wireUint32(1), wireUint32(9), Buffer.of()), fc.uint8Array());
  fc.assert(
    fc.property(fc.array(fc.tuple(type, body)), fc.boolean(), (payloads, opened) => {
      const { all, confirm, open, say } = channels();
      open();
      open();
      if (opened) confirm(0, 0);
      for (const [number, fields] of payloads) {
        expect([null, expect.any(String)]).toContainEqual(say(number, ...fields));
      }
      all.lost();
    }),
  );
});
