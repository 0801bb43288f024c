import { connect, type Socket } from 'node:net';
import { type LoopbackServer, startTcpServer } from './ssh-server.ts';

/** A TCP address. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What can be done to a connection in the midst of it; what was passed on before arrives. */
export interface Link {
  /** Ends it, as a program does that exits. */
  end(): void;
  /** Resets it, as a machine does that has forgotten it. */
  reset(): void;
  /** From now on nothing passes and nothing ends, as behind a cable that was pulled. */
  mute(): void;
}

/** One way through a relay: bytes in, the bytes to pass on out. `at` is how many came this way before. */
export type Passage = (bytes: Buffer, at: number, link: Link) => Buffer;

/** How the bytes of one connection are treated on their way to the server (up) and to the client (down). */
export interface Passages {
  readonly up?: Passage;
  readonly down?: Passage;
}

/** A server on loopback that passes every connection on to another one; each gets passages of its own. */
export function startRelay(to: Address, passages: () => Passages): Promise<LoopbackServer> {
  return startTcpServer((client) => relay(client, to, passages()));
}

/** Passes one accepted connection on. */
export function relay(client: Socket, to: Address, { up, down }: Passages): void {
  const server = connect(to);
  const both = [client, server];
  let fate: keyof Link | null = null;
  const link: Link = {
    end: () => (fate ??= 'end'),
    reset: () => (fate ??= 'reset'),
    mute: () => (fate ??= 'mute'),
  };

  function pass(from: Socket, target: Socket, passage: Passage = (bytes) => bytes): void {
    let at = 0;
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('data', (bytes) => {
      if (fate !== null) return;
      const passed = passage(bytes, at, link);
      at += bytes.length;
      target.write(passed, () => {
        if (fate === 'reset') for (const socket of both) socket.resetAndDestroy();
      });
      if (fate === 'end') for (const socket of both) socket.end();
    });
    // A muted connection does not tell the client of the server's end; the server may know that the client is gone.
    from.on('close', () => {
      if (fate !== 'mute' || from === client) target.destroySoon();
    });
  }
  pass(client, server, up);
  pass(server, client, down);
}

/** Lets so many bytes through, then does this to the connection. */
export function after(count: number, fate: keyof Link): Passage {
  return (bytes, at, link) => {
    if (at + bytes.length < count) return bytes;
    link[fate]();
    return bytes.subarray(0, Math.max(0, count - at));
  };
}

/** Puts other bytes in the place of those from `start` on. */
export function replaced(start: number, by: Buffer): Passage {
  return (bytes, at) => {
    const changed = Buffer.from(bytes);
    for (const [index, byte] of by.entries()) {
      const place = start + index - at;
      if (place >= 0 && place < changed.length) changed[place] = byte;
    }
    return changed;
  };
}
