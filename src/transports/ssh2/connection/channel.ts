import type { WireReader } from '../packets/wire.ts';

/** What is heard of a channel (RFC 4254, 5). */
export interface ChannelEvents {
  opened(): void;
  /** In place of `opened`; the last that is heard. The reason is one of RFC 4254, 5.1; the words are escaped. */
  refused(reason: number, said: string): void;
  /** The bytes must be given back with `consumed`; they may be kept. */
  data(bytes: Buffer, isError: boolean): void;
  /** No more data will come. */
  ended(): void;
  /** How a command ended: `exit-status` or `exit-signal`, with what belongs to it. */
  exited(name: string, fields: WireReader): void;
  /** The answer to the one request that was made. */
  answered(yes: boolean): void;
  /** The server has closed it, or the connection is over; the last that is heard. */
  closed(): void;
}

/** One channel of a connection. Nothing of it throws. */
export interface Channel {
  /** The server's number for it; null before it is open. */
  readonly remote: number | null;
  write(bytes: Uint8Array): void;
  /** Ends what this side sends; `sent` is called once all of it has gone. */
  end(sent?: () => void): void;
  /** Closes it at once; nothing is heard of it any more. */
  close(): void;
  /** So many bytes of data have been dealt with: the server may send as many anew. */
  consumed(bytes: number): void;
  readonly pending: number;
}

/** How much a server may send ahead of what has been dealt with; refilled at half. */
export const WINDOW = 1024 * 1024;
