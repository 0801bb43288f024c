import type { Socket } from 'node:net';
import { errorCode } from '../../system-error.ts';
import type { Trouble } from './trouble.ts';

/** What is heard of a link. */
export interface LinkEvents {
  data(bytes: Buffer): void;
  /** Nothing comes any more, and nothing can be sent. Called once, and not where this side has destroyed the link. */
  closed(trouble: Trouble): void;
}

/** A way for bytes to a server and back: a socket, or a tunnel through a jump host. Nothing of it throws. */
export interface Link {
  /** Begins to listen; to be called once. */
  listen(events: LinkEvents): void;
  write(bytes: Uint8Array): void;
  /** How many written bytes have not left yet. */
  readonly pending: number;
  /** Ends after what has been written; settles when all of it has left, or never can. */
  end(): Promise<void>;
  /** Ends at once, whatever the state. */
  destroy(): void;
  /** Whether the link keeps the process alive; it does until told otherwise. */
  keepAlive(yes: boolean): void;
}

/** A connected socket as a link. */
export function socketLink(socket: Socket): Link {
  let silent = false;
  let code: string | null = null;
  return {
    listen(events) {
      function closed(): void {
        if (silent) return;
        silent = true;
        events.closed(code === null ? { kind: 'hung-up' } : { kind: 'broken', code });
      }
      socket.on('error', (error) => {
        code ??= errorCode(error);
      });
      socket.on('close', closed);
      socket.on('data', (bytes: Buffer) => {
        if (!silent) events.data(bytes);
      });
      // It may have ended before anybody listened.
      if (socket.destroyed) queueMicrotask(closed);
    },
    write(bytes) {
      if (!socket.destroyed && !socket.writableEnded) socket.write(bytes);
    },
    get pending() {
      return socket.writableLength;
    },
    end: () =>
      new Promise((resolve) => {
        silent = true;
        if (socket.destroyed) return resolve();
        socket.once('close', () => resolve());
        socket.end(() => resolve());
      }),
    destroy() {
      silent = true;
      socket.destroy();
    },
    keepAlive(yes) {
      if (yes) socket.ref();
      else socket.unref();
    },
  };
}

const END_MS = 500;

/** Ends a link after what has been written, but by force after half a second. */
export async function endLink(link: Link): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_MS);
  });
  await Promise.race([link.end(), late]);
  clearTimeout(timer);
  link.destroy();
}
