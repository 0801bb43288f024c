import { channelOpen, channelRefusal, MESSAGE } from '../packets/messages.ts';
import { type WireReader, wireReader } from '../packets/wire.ts';
import { type Channel, type ChannelEvents, WINDOW } from './channel.ts';
import { type ChannelEnd, createChannel } from './channel-end.ts';

/** The channels of one connection. */
export interface Channels {
  /** Asks for a channel; `fields` belong to its type. Over a connection that has ended it is closed at once. */
  open(type: string, fields: readonly Uint8Array[], events: ChannelEvents): Channel;
  /** What has been asked for has come to nothing: the server has not taken the login that it followed. */
  forget(channel: Channel): void;
  /** A message of the connection protocol about channels. From it: what is wrong with it, or null. */
  receive(payload: Buffer): string | null;
  /** The connection is over. */
  lost(): void;
}

/** As OpenSSH: CHAN_SES_PACKET_DEFAULT. */
const PACKET = 32 * 1024;

export function createChannels(send: (payload: Buffer) => void): Channels {
  const all = new Map<number, ChannelEnd>();
  let next = 0;
  let isLost = false;

  function refuse(fields: WireReader): string | null {
    fields.string();
    const remote = fields.uint32();
    if (remote === null) return 'its request for a channel is cut short';
    send(channelRefusal(remote));
    return null;
  }
  return {
    open(type, fields, events) {
      const local = next;
      next += 1;
      const channel = createChannel(send, events, () => all.delete(local));
      if (isLost) queueMicrotask(channel.lost);
      else {
        all.set(local, channel);
        send(channelOpen(type, { local, window: WINDOW, packet: PACKET }, ...fields));
      }
      return channel;
    },
    forget(channel) {
      for (const [local, known] of all) if (known === channel) all.delete(local);
      channel.close();
    },
    receive(payload) {
      const type = payload[0] ?? 0;
      const fields = wireReader(payload.subarray(1));
      if (type === MESSAGE.CHANNEL_OPEN) return refuse(fields);
      const local = fields.uint32();
      if (local === null) return 'its message is cut short';
      // Of a channel that is closed already there may be more to come.
      return all.get(local)?.receive(type, fields) ?? null;
    },
    lost() {
      isLost = true;
      const open = [...all.values()];
      all.clear();
      for (const channel of open) channel.lost();
    },
  };
}
