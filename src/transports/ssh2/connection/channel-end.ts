import { printable } from '../../../lib/printable.ts';
import { MESSAGE, message } from '../packets/messages.ts';
import { type WireReader, wireReader, wireUint32 } from '../packets/wire.ts';
import { type Channel, type ChannelEvents, WINDOW } from './channel.ts';
import { createOutflow } from './outflow.ts';
import { SAID } from './trouble.ts';

/** The channel as its connection sees it. */
export interface ChannelEnd extends Channel {
  /** A message for it, after the channel's number. From it: what is wrong with it, or null. */
  receive(type: number, fields: WireReader): string | null;
  /** The connection is over. */
  lost(): void;
}

const STDERR = 1;

/** `send` takes messages; `forget` is called when the server has no use for the channel any more. */
export function createChannel(
  send: (payload: Buffer) => void,
  events: ChannelEvents,
  forget: () => void,
): ChannelEnd {
  let remote: number | null = null;
  let state: 'opening' | 'open' | 'closing' | 'over' = 'opening';
  let deaf = false;
  let hasEnded = false;
  let unreported = 0;

  const tell = (type: number, ...fields: Uint8Array[]) =>
    send(message(type, wireUint32(remote ?? 0), ...fields));
  const outflow = createOutflow(
    (bytes) => tell(MESSAGE.CHANNEL_DATA, wireUint32(bytes.length), bytes),
    () => tell(MESSAGE.CHANNEL_EOF),
  );

  function finish(): void {
    state = 'over';
    outflow.stop();
    if (deaf) return;
    deaf = true;
    events.closed();
  }
  function opened(fields: WireReader): string | null {
    const [number, window, packet] = [fields.uint32(), fields.uint32(), fields.uint32()];
    if (number === null || window === null || packet === null || remote !== null) return 'it opens oddly';
    remote = number;
    if (state === 'closing') tell(MESSAGE.CHANNEL_CLOSE);
    else {
      state = 'open';
      events.opened();
      if (state === 'open') outflow.open(window, packet);
    }
    return null;
  }
  function refused(fields: WireReader): string | null {
    const [reason, said] = [fields.uint32(), fields.string()];
    if (reason === null || said === null || remote !== null) return 'it is refused oddly';
    forget();
    state = 'over';
    outflow.stop();
    if (!deaf) events.refused(reason, printable(said.toString('utf8'), SAID));
    deaf = true;
    return null;
  }
  function data(bytes: Buffer | null, isError: boolean | null): string | null {
    if (bytes === null || isError === null) return 'its data is cut short';
    if (!deaf && !hasEnded) events.data(bytes, isError);
    return null;
  }
  function requested(fields: WireReader): string | null {
    const name = fields.string()?.toString('latin1');
    const rest = fields.rest();
    if (name === undefined || rest.length === 0) return 'its request is cut short';
    if (name === 'exit-status' || name === 'exit-signal') {
      if (!deaf) events.exited(name, wireReader(rest.subarray(1)));
    } else if (rest[0] !== 0) tell(MESSAGE.CHANNEL_FAILURE);
    return null;
  }

  return {
    get remote() {
      return remote;
    },
    get pending() {
      return outflow.pending;
    },
    write: outflow.write,
    end: outflow.end,
    close() {
      if (state === 'open') tell(MESSAGE.CHANNEL_CLOSE);
      if (state !== 'over') state = 'closing';
      deaf = true;
      outflow.stop();
    },
    consumed(bytes) {
      unreported += bytes;
      if (state !== 'open' || hasEnded || unreported < WINDOW / 2) return;
      tell(MESSAGE.CHANNEL_WINDOW_ADJUST, wireUint32(unreported));
      unreported = 0;
    },
    receive(type, fields) {
      if (type === MESSAGE.CHANNEL_OPEN_CONFIRMATION) return opened(fields);
      if (type === MESSAGE.CHANNEL_OPEN_FAILURE) return refused(fields);
      if (remote === null) return 'it is used before it is open';
      switch (type) {
        case MESSAGE.CHANNEL_WINDOW_ADJUST:
          outflow.widen(fields.uint32() ?? 0);
          return null;
        case MESSAGE.CHANNEL_DATA:
          return data(fields.string(), false);
        case MESSAGE.CHANNEL_EXTENDED_DATA:
          return fields.uint32() === STDERR ? data(fields.string(), true) : null;
        case MESSAGE.CHANNEL_EOF:
          hasEnded = true;
          if (!deaf) events.ended();
          return null;
        case MESSAGE.CHANNEL_CLOSE:
          if (state === 'open') tell(MESSAGE.CHANNEL_CLOSE);
          forget();
          finish();
          return null;
        case MESSAGE.CHANNEL_REQUEST:
          return requested(fields);
        default:
          if (!deaf) events.answered(type === MESSAGE.CHANNEL_SUCCESS);
          return null;
      }
    },
    lost: finish,
  };
}
