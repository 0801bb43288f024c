import { getCiphers } from 'node:crypto';
import constants from 'ssh2/lib/protocol/constants.js';
import kex from 'ssh2/lib/protocol/kex.js';
import Protocol from 'ssh2/lib/protocol/Protocol.js';
import utils from 'ssh2/lib/protocol/utils.js';
import { MESSAGE } from './messages.ts';
import { makeKeysQuick } from './quick-keys.ts';

/** What a connection hears from its packets. Everything is called from within `receive` or `send`. */
export interface PacketEvents {
  /** Bytes for the server. */
  write(bytes: Uint8Array): void;
  /** Whether to go on with a server that presents this key; it has not proven that it has it. */
  judge(hostKey: Buffer): boolean;
  /** The keys are exchanged for the first time: the host key has proven itself, and messages may be sent. */
  agreed(): void;
  /** A message that is none of the transport's own; from it: what is wrong with it, or null. */
  message(payload: Buffer): string | null;
  /** The server says that it ends the connection; RFC 4253, 11.1. */
  disconnected(reason: number, said: string): void;
  /** The two cannot agree, or a packet makes no sense: nothing is sent or received any more. */
  failed(said: string): void;
}

/** SSH's transport layer over one connection: versions, key exchanges and encryption, all by ssh2. */
export interface Packets {
  /** RFC 4253, 7.2: what signatures of a login are bound to. Empty before the keys are agreed on. */
  readonly sessionId: Buffer;
  /** How many packets have come before the present one. */
  readonly sequence: number;
  start(): void;
  /** Takes bytes from the server, which begin with its version line. Never throws. */
  receive(bytes: Buffer): void;
  /** Sends a message. Never throws. */
  send(payload: Uint8Array): void;
  /** Says goodbye, without an answer; RFC 4253, 11.1. */
  disconnect(): void;
  /** Nothing is sent, received or reported any more. */
  stop(): void;
}

// The software's name in the version line must have no minus sign (RFC 4253, 4.2).
const IDENT = 'nodeprep';
const BY_APPLICATION = 11;
/** What ssh2's parser takes for "the rest does not matter". */
const NO_MORE = Number.POSITIVE_INFINITY;

// aes128-gcm costs the least. An OpenSSL in FIPS mode has no chacha20.
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  ...(getCiphers().includes('chacha20') ? ['chacha20-poly1305@openssh.com'] : []),
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];
// No group exchange: OpenSSL's test of the prime that an unproven server names holds up the fleet (24 s for 4096 bits).
const GROUPS = constants.DEFAULT_KEX.filter((name) => !name.includes('group-exchange'));
// What ssh2's client adds to its own: RFC 8308, and strict key exchange (OpenSSH's PROTOCOL, 1.10).
const KEX = [...GROUPS, 'ext-info-c', 'kex-strict-c-v00@openssh.com'];

type KexInit = InstanceType<typeof kex.KexInit>;
const offers = new Map<string, KexInit>();

/** What is offered to agree on; made once for each order of the algorithms for the host key. */
function offerWith(hostKeyAlgorithms: readonly string[]): KexInit {
  const id = hostKeyAlgorithms.join();
  const either = { cipher: CIPHERS, mac: constants.DEFAULT_MAC, compress: ['none'], lang: [] };
  const offer =
    offers.get(id) ?? new kex.KexInit({ kex: KEX, serverHostKey: hostKeyAlgorithms, cs: either, sc: either });
  offers.set(id, offer);
  return offer;
}

/** Begins with these algorithms for the host key, best first. Only this file knows how ssh2 works inside. */
export function createPackets(hostKeyAlgorithms: readonly string[], events: PacketEvents): Packets {
  let stopped = false;
  let agreed = false;

  function stop(): void {
    if (stopped) return;
    stopped = true;
    protocol.cleanup();
  }
  function fail(error: unknown): void {
    if (stopped) return;
    stop();
    events.failed(error instanceof Error ? error.message : String(error));
  }
  function guarded(act: () => void): void {
    if (stopped) return;
    try {
      act();
    } catch (error) {
      fail(error);
    }
  }

  const protocol = new Protocol({
    ident: IDENT,
    offer: offerWith(hostKeyAlgorithms),
    onWrite: (bytes) => events.write(bytes),
    onError: fail,
    onHandshakeComplete() {
      for (const cipher of [protocol._cipher, protocol._decipher ?? {}]) makeKeysQuick(cipher);
      if (agreed) return;
      agreed = true;
      events.agreed();
    },
    hostVerifier: (key) => events.judge(key),
    messageHandlers: {
      DISCONNECT: (_protocol, reason, said) => events.disconnected(reason, said),
    },
  });
  // ssh2 would parse the messages of logins and channels too; all but the transport's own are read here instead.
  const own = protocol._onPayload;
  protocol._onPayload = (payload) => {
    if (stopped) return NO_MORE;
    const type = payload[0];
    if (type === undefined) return undefined;
    if (type === MESSAGE.DISCONNECT || type === MESSAGE.KEXINIT) {
      const next = own(payload);
      return stopped ? NO_MORE : next;
    }
    const wrong = events.message(payload);
    if (wrong !== null) fail(wrong);
    return stopped ? NO_MORE : undefined;
  };

  return {
    get sessionId() {
      return protocol._kex?.sessionID ?? Buffer.alloc(0);
    },
    get sequence() {
      return ((protocol._decipher?.inSeqno ?? 0) - 1) >>> 0;
    },
    start: () => guarded(() => protocol.start()),
    receive: (bytes) => guarded(() => protocol.parse(bytes, 0, bytes.length)),
    send: (payload) =>
      guarded(() => {
        const { write } = protocol._packetRW;
        const start = write.allocStart;
        const packet = write.alloc(payload.length);
        packet.set(payload, start);
        utils.sendPacket(protocol, write.finalize(packet));
      }),
    disconnect: () => guarded(() => protocol.disconnect(BY_APPLICATION)),
    stop,
  };
}
