import type { Connection } from 'ssh2';

/** The part of ssh2's server that frames and encrypts a message, whatever is in it. */
interface Inside {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Uint8Array;
      finalize(packet: Uint8Array): Uint8Array;
    };
  };
  readonly _cipher: { encrypt(packet: Uint8Array): void };
}

/** Sends a message as it is to the client of a connection of ssh2's server: its number, then its body. */
export function sendRaw(connection: Connection, message: Uint8Array): void {
  const { _packetRW, _cipher } = (connection as unknown as { _protocol: Inside })._protocol;
  const packet = _packetRW.write.alloc(message.length);
  packet.set(message, _packetRW.write.allocStart);
  _cipher.encrypt(_packetRW.write.finalize(packet));
}
