import { formatDuration } from '../../../lib/duration.ts';
import { ARE_YOU_THERE } from '../packets/messages.ts';
import { createPackets } from '../packets/protocol.ts';
import { createWriter } from '../packets/writer.ts';
import { type Channels, createChannels } from './channels.ts';
import { createGreetingReader, type GreetingReader } from './first-bytes.ts';
import { receiveMessage } from './incoming.ts';
import { type KeepAlive, startKeepAlive } from './keep-alive.ts';
import { endLink, type Link } from './link.ts';
import { type Server, serverOf } from './server.ts';
import type { Trouble } from './trouble.ts';

/** An SSH connection over a link, from its first byte on. Nothing of it throws, and `destroy` always works. */
export interface Connection {
  /** What the server is; of no use before its version line has come. */
  readonly server: Server;
  /** What it says first. */
  readonly greeting: Pick<GreetingReader, 'first' | 'greeting'>;
  /** RFC 4253, 7.2; once the keys are agreed on. */
  readonly sessionId: Buffer;
  readonly channels: Channels;
  /** Why it is over; null while it lasts. */
  readonly trouble: Trouble | null;
  send(payload: Uint8Array): void;
  /** What is sent until the matching `release` leaves in one go. */
  hold(): void;
  release(): void;
  /** From now on the server is asked after silence, and dead after three questions in vain; 0: never. */
  watch(keepAliveMs: number): void;
  /** Is called when it is over, at once if it is. */
  onEnd(listener: (trouble: Trouble) => void): void;
  /** Counts who needs it, which is one at first: it keeps the process alive while somebody does. */
  need(more: 1 | -1): void;
  destroy(): void;
  /** Ends it politely, and by force after half a second. */
  close(): Promise<void>;
}

/** What whoever opens a connection hears of it before it is of use. */
export interface ConnectionEvents {
  /** Whether to go on with a server that presents this key; asked again at later key exchanges. */
  judge(hostKey: Buffer): boolean;
  /** The keys are agreed on: messages may be sent. */
  agreed(): void;
  /** A message of the login (RFC 4252), or what comes just before it. From it: what is wrong with it, or null. */
  login(payload: Buffer): string | null;
}

/** More than an honest server leaves unread: what is sent waits for its windows. */
const MOST_PENDING = 16 * 1024 * 1024;

/** Begins with these algorithms for the host key, best first. */
export function openConnection(
  link: Link,
  hostKeyAlgorithms: readonly string[],
  events: ConnectionEvents,
): Connection {
  const greeting = createGreetingReader();
  const listeners: ((trouble: Trouble) => void)[] = [];
  let server: Server | null = null;
  let trouble: Trouble | null = null;
  let keepAlive: KeepAlive | null = null;
  let needs = 1;
  let closing: Promise<void> | null = null;

  const writer = createWriter((bytes) => {
    link.write(bytes);
    if (link.pending > MOST_PENDING) end({ kind: 'dead', said: 'it does not read what it is sent' });
  });
  const packets = createPackets(hostKeyAlgorithms, {
    write: writer.write,
    judge: events.judge,
    agreed: events.agreed,
    message: (payload) => receiveMessage(payload, { packets, channels, login: events.login }),
    disconnected: (reason, said) => end({ kind: 'disconnected', reason, said }),
    failed(said) {
      // The server is told why, if it still listens.
      writer.flush();
      end({ kind: 'senseless', said });
    },
  });
  const channels = createChannels(packets.send);

  function end(why: Trouble): void {
    if (trouble !== null) return;
    trouble = why;
    packets.stop();
    keepAlive?.stop();
    if (closing === null) link.destroy();
    channels.lost();
    for (const listener of listeners.splice(0)) listener(why);
  }

  function close(): Promise<void> {
    if (closing !== null || trouble !== null) return closing ?? Promise.resolve();
    packets.disconnect();
    writer.flush();
    closing = endLink(link);
    end({ kind: 'closed' });
    return closing;
  }

  packets.start();
  link.listen({
    data(bytes) {
      keepAlive?.heard();
      if (server !== null) return packets.receive(bytes);
      const read = greeting.push(bytes);
      if (read === null || trouble !== null) return;
      if (read === 'never') return end({ kind: 'senseless', said: 'it does not say its version' });
      server = serverOf(read.ident);
      packets.receive(read.bytes);
    },
    closed: end,
  });

  return {
    channels,
    greeting,
    get server() {
      return server ?? serverOf('');
    },
    get sessionId() {
      return packets.sessionId;
    },
    get trouble() {
      return trouble;
    },
    send: packets.send,
    hold: writer.hold,
    release: writer.release,
    watch(keepAliveMs) {
      const said = `no answer for more than ${formatDuration(keepAliveMs * 3)}`;
      const ask = () => packets.send(ARE_YOU_THERE);
      if (trouble === null) keepAlive = startKeepAlive(keepAliveMs, ask, () => end({ kind: 'dead', said }));
    },
    onEnd(listener) {
      if (trouble === null) listeners.push(listener);
      else listener(trouble);
    },
    need(more) {
      needs += more;
      link.keepAlive(needs > 0);
    },
    destroy: () => end({ kind: 'closed' }),
    close,
  };
}
