import type { Client, ClientChannel } from 'ssh2';
import { printable } from '../../lib/printable.ts';
import type { Completed, ExecListener, RunningCommand } from '../transport.ts';

/**
 * Follows a command that the server has begun to run. It has ended when its exit status (or the channel's end) and
 * the ends of both streams have come, in whatever order: ssh2 says "close" before standard error is through.
 */
export function followCommand(
  client: Client,
  channel: ClientChannel,
  listener: ExecListener,
): RunningCommand {
  let exit: Completed | null = null;
  let closed = false;
  let streams = 2;
  let over = false;
  let inputEnded = false;
  let resolve: (completed: Completed) => void = () => undefined;
  const completed = new Promise<Completed>((settle) => {
    resolve = settle;
  });

  function settle(how: Completed): void {
    over = true;
    client.off('close', lose).off('end', stopInput);
    resolve(how);
  }
  /** Without its end, output may be cut short: an exit status alone is then no proof of anything. */
  function lose(): void {
    settle({ kind: 'lost' });
  }
  // ssh2 throws, some turns later, where a channel of a connection that has ended is written to.
  function stopInput(): void {
    inputEnded = true;
  }
  function check(): void {
    if (!over && streams === 0 && (exit !== null || closed)) settle(exit ?? { kind: 'lost' });
  }
  function streamEnded(): void {
    streams -= 1;
    check();
  }

  client.once('close', lose).once('end', stopInput);
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  channel.on('exit', (code: number | null, signal?: string) => {
    exit =
      code === null ? { kind: 'signalled', signal: printable(String(signal), 40) } : { kind: 'exited', code };
    check();
  });
  channel.on('close', () => {
    closed = true;
    check();
  });
  channel.on('data', (bytes: Buffer) => listener.stdout(bytes)).once('end', streamEnded);
  channel.stderr.on('data', (bytes: Buffer) => listener.stderr(bytes)).once('end', streamEnded);

  /** A command that ends early leaves input unread: that is no error, its exit status says what it did. */
  function input(send: () => void): void {
    if (over || closed || inputEnded) return;
    try {
      send();
    } catch {
      inputEnded = true;
    }
  }
  return {
    write: (bytes) => input(() => channel.write(bytes)),
    end: () =>
      input(() => {
        inputEnded = true;
        channel.end();
      }),
    completed,
  };
}
