import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { certified } from '../../src/transports/ssh2/keys/key-types.ts';
import { typeNameOf } from '../../src/transports/ssh2/keys/public-key.ts';
import { wireMpint, wireReader, wireString, wireUint32 } from '../../src/transports/ssh2/packets/wire.ts';

/** `type base64 comment`, as in authorized_keys and .pub files. */
export function publicLine(blob: Uint8Array, comment = 'test'): string {
  return `${typeNameOf(blob)} ${Buffer.from(blob).toString('base64')} ${comment}\n`;
}

/** The fields of a certificate that a test may care about. Times are seconds since 1970. */
export interface CertificateFields {
  readonly kind?: number;
  readonly keyId?: string;
  readonly validAfter?: bigint;
  readonly validBefore?: bigint;
}

/** A certificate of a public key as PROTOCOL.certkeys has it, but signed by nobody. */
export function unsignedCertificate(plain: Buffer, fields: CertificateFields = {}): Buffer {
  const reader = wireReader(plain);
  const type = reader.string()?.toString('latin1') ?? '';
  const { kind = 1, keyId = 'id', validAfter = 0n, validBefore = 2n ** 64n - 1n } = fields;
  const uint64 = (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(value);
    return bytes;
  };
  return Buffer.concat([
    ...[wireString(certified(type)), wireString('nonce'), reader.rest()],
    ...[uint64(7n), wireUint32(kind), wireString(keyId), wireString(wireString('root'))],
    ...[uint64(validAfter), uint64(validBefore)],
    ...['', wireString('permit-pty'), '', 'authority', 'signature'].map((field) => wireString(field)),
  ]);
}

/** A key that a stand-in for the ssh-agent holds. */
export interface AgentStandInKey {
  readonly blob: Buffer;
  readonly comment: string;
  /** The whole signature. */
  sign(data: Uint8Array): Buffer;
}

/** A FIDO key in software: what a security key and ssh-agent would answer at a touch (PROTOCOL.u2f). */
export function fidoStandIn(kind: 'ed25519' | 'ecdsa', comment = `fido ${kind}`): AgentStandInKey {
  const application = 'ssh:';
  const pair =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const jwk = pair.publicKey.export({ format: 'jwk' });
  const [x, y] = [jwk.x, jwk.y].map((part) => Buffer.from(part ?? '', 'base64url')) as [Buffer, Buffer];
  const type = kind === 'ed25519' ? 'sk-ssh-ed25519@openssh.com' : 'sk-ecdsa-sha2-nistp256@openssh.com';
  const fields = kind === 'ed25519' ? [x] : [Buffer.from('nistp256'), Buffer.concat([Buffer.of(4), x, y])];
  const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();
  let counter = 0;
  return {
    blob: Buffer.concat([type, ...fields, application].map((field) => wireString(field))),
    comment,
    sign(data) {
      counter += 1;
      // 1: somebody touched it.
      const claims = Buffer.concat([Buffer.of(1), wireUint32(counter)]);
      const signed = Buffer.concat([sha256(application), claims, sha256(data)]);
      const raw =
        kind === 'ed25519'
          ? sign(null, signed, pair.privateKey)
          : sign('sha256', signed, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
      const signature =
        kind === 'ed25519'
          ? raw
          : Buffer.concat([wireMpint(raw.subarray(0, 32)), wireMpint(raw.subarray(32))]);
      return Buffer.concat([wireString(type), wireString(signature), claims]);
    },
  };
}

/** A stand-in for the ssh-agent, on a socket, that holds these keys. */
export async function startAgentStandIn(
  socketPath: string,
  keys: readonly AgentStandInKey[],
): Promise<{ readonly socket: string; readonly signatures: number; stop(): Promise<void> }> {
  let signatures = 0;
  const open = new Set<Socket>();
  const list = [
    Buffer.of(12),
    wireUint32(keys.length),
    ...keys.flatMap(({ blob, comment }) => [wireString(blob), wireString(comment)]),
  ];
  function answer(request: Buffer): Buffer {
    if (request[4] === 11) return Buffer.concat(list);
    const reader = wireReader(request.subarray(5));
    const blob = reader.string();
    const data = reader.string();
    const key = keys.find((it) => blob !== null && it.blob.equals(blob));
    if (request[4] !== 13 || key === undefined || data === null) return Buffer.of(5);
    signatures += 1;
    return Buffer.concat([Buffer.of(14), wireString(key.sign(data))]);
  }
  const server = createServer((socket) => {
    open.add(socket);
    let pending = Buffer.alloc(0);
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        pending = Buffer.concat([pending, bytes]);
        while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE(0)) {
          const length = 4 + pending.readUInt32BE(0);
          socket.write(wireString(answer(pending.subarray(0, length))));
          pending = pending.subarray(length);
        }
      });
  });
  await new Promise<void>((listening) => server.listen(socketPath, listening));
  return {
    socket: socketPath,
    get signatures() {
      return signatures;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
