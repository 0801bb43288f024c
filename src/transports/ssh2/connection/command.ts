import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Completed, ExecListener, RunningCommand } from '../../transport.ts';
import { execRequest } from '../packets/messages.ts';
import type { WireReader } from '../packets/wire.ts';
import type { Channel, ChannelEvents } from './channel.ts';
import type { Connection } from './connection.ts';
import { createOutput } from './output.ts';
import type { Trouble } from './trouble.ts';

/** Why a command does not run: the server refuses it, in these words; or the connection is gone. */
export type NotRun = { readonly kind: 'refused'; readonly said: string } | { readonly kind: 'lost' };

/** A command that the server has been asked to run. */
export interface RequestedCommand {
  /** True once the server has refused it. */
  readonly refused: boolean;
  /** What came of the request. To be called once; never rejects. */
  run(listener: ExecListener): Promise<Result<RunningCommand, NotRun>>;
  /** The server has not even seen the request. */
  forget(): void;
}

/** The channel's number that a server gives first: RFC 4254 leaves it open, and most begin with 0. */
const FIRST = 0;

/**
 * Asks the server to run a command. With `guessing`, it is asked before the server has named its channel: only for a
 * command that does nothing without input. Where the guess is wrong, that channel gets no input and is closed, and a
 * new one is opened: the command may be run twice, but it has been told what to do only once.
 */
export function requestCommand(
  connection: Connection,
  commandLine: string,
  guessing: boolean,
): RequestedCommand {
  let exit: Completed | null = null;
  let hasEnded = false;
  let over = false;
  const accepted = Promise.withResolvers<NotRun | null>();
  const completed = Promise.withResolvers<Completed>();
  let refused = false;

  function settle(notRun: NotRun, how: Completed): void {
    over = true;
    accepted.resolve(notRun);
    completed.resolve(how);
  }
  function refuse(said: string): void {
    refused = true;
    settle({ kind: 'refused', said }, { kind: 'lost' });
  }
  /** It has ended when its exit status and the end of its output have come, in whatever order. */
  function check(): void {
    if (!over && hasEnded && exit !== null) settle({ kind: 'lost' }, exit);
  }
  const ask = (remote: number) => connection.send(execRequest(remote, commandLine));

  function events(guessed: boolean): ChannelEvents {
    return {
      opened() {
        if (guessed && channel.remote !== FIRST) {
          channel.close();
          channel = open(false);
        } else if (!guessed) ask(channel.remote ?? FIRST);
      },
      refused: (reason, said) => refuse(`the channel was not opened (reason ${reason}): ${said}`),
      data: (bytes, isError) => output.push(bytes, isError),
      ended() {
        hasEnded = true;
        check();
      },
      exited(name, fields) {
        exit ??= readExit(name, fields);
        check();
      },
      answered(yes) {
        if (yes) accepted.resolve(null);
        else if (!over) {
          refuse('the request to run a command was refused');
          channel.close();
        }
      },
      closed() {
        hasEnded = true;
        // Over a connection that is gone, an exit status without the end of the output proves nothing.
        if (connection.trouble !== null && !over) exit = null;
        settle({ kind: 'lost' }, exit ?? lostBy(connection.trouble));
      },
    };
  }
  function open(guess: boolean): Channel {
    const opened = connection.channels.open('session', [], events(guess));
    if (guess) ask(FIRST);
    return opened;
  }
  const output = createOutput((bytes) => channel.consumed(bytes));
  let channel = open(guessing);

  return {
    get refused() {
      return refused;
    },
    forget: () => connection.channels.forget(channel),
    async run(listener) {
      output.listen(listener);
      const notRun = await accepted.promise;
      if (notRun !== null) return err(notRun);
      return ok({
        // The bytes are the caller's, and may have to wait for room.
        write: (bytes) => channel.write(Buffer.from(bytes)),
        end: () => channel.end(),
        completed: completed.promise,
      });
    },
  };
}

function lostBy(trouble: Trouble | null): Completed {
  return trouble?.kind === 'jump' ? { kind: 'lost', why: trouble.failure } : { kind: 'lost' };
}

/** RFC 4254, 6.10; null where it is cut short. */
function readExit(name: string, fields: WireReader): Completed | null {
  if (name === 'exit-status') {
    const code = fields.uint32();
    return code === null ? null : { kind: 'exited', code };
  }
  const signal = fields.string();
  return signal === null
    ? null
    : { kind: 'signalled', signal: `SIG${printable(signal.toString('latin1'), 40)}` };
}
