// The parts of ssh2 1.17.0 below its client, which have no types. The version is pinned; the tests go through all of
// what is declared here.

declare module 'ssh2/lib/protocol/kex.js' {
  /** What a client offers, in the bytes of its SSH_MSG_KEXINIT: may serve any number of connections. */
  class KexInit {
    constructor(lists: {
      readonly kex: readonly string[];
      readonly serverHostKey: readonly string[];
      readonly cs: Readonly<Record<'cipher' | 'mac' | 'compress' | 'lang', readonly string[]>>;
      readonly sc: Readonly<Record<'cipher' | 'mac' | 'compress' | 'lang', readonly string[]>>;
    });
  }
  const exported: { readonly KexInit: typeof KexInit };

  export = exported;
}

declare module 'ssh2/lib/protocol/constants.js' {
  const exported: { readonly DEFAULT_KEX: readonly string[]; readonly DEFAULT_MAC: readonly string[] };
  export = exported;
}

declare module 'ssh2/lib/protocol/Protocol.js' {
  import type kex from 'ssh2/lib/protocol/kex.js';

  interface KeyExchange {
    /** Of the first exchange (RFC 4253, 7.2). */
    readonly sessionID?: Buffer;
  }
  class Protocol {
    constructor(config: {
      readonly ident: string;
      readonly offer: InstanceType<typeof kex.KexInit>;
      onWrite(bytes: Uint8Array): void;
      onError(error: Error): void;
      onHandshakeComplete(): void;
      /** False: refuse. */
      hostVerifier(key: Buffer): boolean;
      readonly messageHandlers: {
        DISCONNECT(protocol: Protocol, reason: number, description: string): void;
      };
    });
    /** Sends the version line. */
    start(): void;
    /** Throws at what makes no sense. */
    parse(bytes: Buffer, from: number, to: number): void;
    /** Says that the connection ends, even in the midst of a key exchange; RFC 4253, 11.1. */
    disconnect(reason: number): void;
    cleanup(): void;
    /** Is called with each message of an agreed connection; Infinity from it: what follows is not looked at. */
    _onPayload: (payload: Buffer) => number | undefined | boolean;
    readonly _kex?: KeyExchange;
    /** Its fields depend on the cipher. */
    readonly _cipher: Record<string, unknown>;
    readonly _decipher?: Record<string, unknown> & { readonly inSeqno: number };
    readonly _packetRW: {
      readonly write: {
        /** Where the payload begins in a packet. */
        readonly allocStart: number;
        alloc(payloadLength: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
  }
  export = Protocol;
}

declare module 'ssh2/lib/protocol/utils.js' {
  import type Protocol from 'ssh2/lib/protocol/Protocol.js';

  const exported: {
    /** Encrypts and writes a packet; keeps it until a key exchange under way is through. */
    sendPacket(protocol: Protocol, packet: Buffer): boolean;
  };
  export = exported;
}
