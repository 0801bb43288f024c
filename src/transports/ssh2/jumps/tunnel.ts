import type { Channel } from '../connection/channel.ts';
import type { Connection } from '../connection/connection.ts';
import type { Link, LinkEvents } from '../connection/link.ts';
import type { Trouble } from '../connection/trouble.ts';
import { wireString, wireUint32 } from '../packets/wire.ts';

/** What came of the request for a tunnel. */
export type Dug =
  | { readonly kind: 'open' }
  /** The server has not opened it: a reason of RFC 4254, 5.1, and its words, escaped. */
  | { readonly kind: 'refused'; readonly reason: number; readonly said: string }
  /** The connection to the jump host is over. */
  | { readonly kind: 'lost' };

/** A way on from a jump host. */
export interface Tunnel {
  readonly link: Link;
  readonly dug: Promise<Dug>;
}

/** Asks a jump host to connect on to a host and port (`direct-tcpip`: RFC 4254, 7.2). `trouble` says what its end means. */
export function digTunnel(
  bastion: Connection,
  to: { readonly host: string; readonly port: number },
  trouble: () => Trouble,
): Tunnel {
  const { promise: dug, resolve } = Promise.withResolvers<Dug>();
  let listener: LinkEvents | null = null;
  const early: Buffer[] = [];
  let over: Trouble | null = null;
  let isNeeded = true;

  function keepAlive(yes: boolean): void {
    if (yes !== isNeeded) bastion.need(yes ? 1 : -1);
    isNeeded = yes;
  }
  function close(why: Trouble | null): void {
    if (over !== null) return;
    over = why ?? { kind: 'closed' };
    keepAlive(false);
    resolve({ kind: 'lost' });
    if (why !== null) listener?.closed(why);
  }
  const here = wireString('127.0.0.1');
  const fields = [wireString(to.host), wireUint32(to.port), here, wireUint32(65_535)];
  bastion.need(1);
  const channel: Channel = bastion.channels.open('direct-tcpip', fields, {
    opened: () => resolve({ kind: 'open' }),
    refused(reason, said) {
      resolve({ kind: 'refused', reason, said });
      close({ kind: 'hung-up' });
    },
    data(bytes, isError) {
      if (!isError && listener === null) early.push(bytes);
      else if (!isError) listener?.data(bytes);
      channel.consumed(bytes.length);
    },
    ended: () => finish({ kind: 'hung-up' }),
    closed: () => finish(bastion.trouble === null ? { kind: 'hung-up' } : trouble()),
    exited: () => undefined,
    answered: () => undefined,
  });
  /** An SSH server that sends no more is gone, as a socket whose other side has ended. */
  function finish(why: Trouble): void {
    channel.close();
    close(why);
  }

  const link: Link = {
    listen(events) {
      // As a socket: nothing is heard before the caller has gone on.
      queueMicrotask(() => {
        listener = events;
        for (const bytes of early.splice(0)) events.data(bytes);
        if (over !== null && over.kind !== 'closed') events.closed(over);
      });
    },
    write: (bytes) => channel.write(bytes),
    get pending() {
      return channel.pending;
    },
    end: () =>
      new Promise((settle) => {
        if (over !== null) return settle();
        bastion.onEnd(() => settle());
        channel.end(settle);
      }),
    destroy() {
      channel.close();
      close(null);
    },
    keepAlive,
  };
  return { link, dug };
}
