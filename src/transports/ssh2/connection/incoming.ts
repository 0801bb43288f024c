import { MESSAGE, message } from '../packets/messages.ts';
import type { Packets } from '../packets/protocol.ts';
import { wireReader, wireUint32 } from '../packets/wire.ts';
import type { Channels } from './channels.ts';

/** Who gets a message. Each says what is wrong with it, or null. */
export interface Receivers {
  readonly packets: Pick<Packets, 'send' | 'sequence'>;
  readonly channels: Pick<Channels, 'receive'>;
  /** Messages of the login, and what comes just before it. */
  login(payload: Buffer): string | null;
}

/** Answers to keep-alive questions, and what may come at any time (RFC 4253, 11). */
const OF_NO_INTEREST: readonly number[] = [
  MESSAGE.IGNORE,
  MESSAGE.UNIMPLEMENTED,
  MESSAGE.DEBUG,
  MESSAGE.REQUEST_SUCCESS,
  MESSAGE.REQUEST_FAILURE,
];

/** Hands a message of an agreed connection on. From it: what is wrong with it, or null. */
export function receiveMessage(payload: Buffer, { packets, channels, login }: Receivers): string | null {
  const type = payload[0] ?? 0;
  if (type >= MESSAGE.CHANNEL_OPEN && type <= MESSAGE.CHANNEL_FAILURE) return channels.receive(payload);
  if (type === MESSAGE.SERVICE_ACCEPT || type === MESSAGE.EXT_INFO) return login(payload);
  if (type > MESSAGE.USERAUTH_REQUEST && type < MESSAGE.GLOBAL_REQUEST) return login(payload);
  if (type === MESSAGE.GLOBAL_REQUEST) return refuse(payload, packets.send);
  if (OF_NO_INTEREST.includes(type)) return null;
  packets.send(message(MESSAGE.UNIMPLEMENTED, wireUint32(packets.sequence)));
  return null;
}

/** Nothing that a server may ask for is done here. (After a login OpenSSH lists its keys, without a question.) */
function refuse(payload: Buffer, send: Packets['send']): string | null {
  const fields = wireReader(payload.subarray(1));
  if (fields.string() === null) return 'its request is cut short';
  if ((fields.rest()[0] ?? 0) !== 0) send(message(MESSAGE.REQUEST_FAILURE));
  return null;
}
