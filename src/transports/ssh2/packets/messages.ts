import { wireFlag, wireString, wireUint32 } from './wire.ts';

/** The numbers of SSH messages (RFC 4250, 4.1.2), and of one login method each that share a number. */
export const MESSAGE = {
  DISCONNECT: 1,
  IGNORE: 2,
  UNIMPLEMENTED: 3,
  DEBUG: 4,
  SERVICE_REQUEST: 5,
  SERVICE_ACCEPT: 6,
  EXT_INFO: 7,
  KEXINIT: 20,
  USERAUTH_REQUEST: 50,
  USERAUTH_FAILURE: 51,
  USERAUTH_SUCCESS: 52,
  USERAUTH_BANNER: 53,
  /** Also SSH_MSG_USERAUTH_PASSWD_CHANGEREQ and SSH_MSG_USERAUTH_INFO_REQUEST. */
  USERAUTH_PK_OK: 60,
  USERAUTH_INFO_RESPONSE: 61,
  GLOBAL_REQUEST: 80,
  REQUEST_SUCCESS: 81,
  REQUEST_FAILURE: 82,
  CHANNEL_OPEN: 90,
  CHANNEL_OPEN_CONFIRMATION: 91,
  CHANNEL_OPEN_FAILURE: 92,
  CHANNEL_WINDOW_ADJUST: 93,
  CHANNEL_DATA: 94,
  CHANNEL_EXTENDED_DATA: 95,
  CHANNEL_EOF: 96,
  CHANNEL_CLOSE: 97,
  CHANNEL_REQUEST: 98,
  CHANNEL_SUCCESS: 99,
  CHANNEL_FAILURE: 100,
} as const;

/** A message out of its number and its fields, each as SSH messages hold it. */
export function message(type: number, ...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Uint8Array.of(type), ...fields]);
}

/** Asks for a service; RFC 4253, 10. */
export function serviceRequest(name: string): Buffer {
  return message(MESSAGE.SERVICE_REQUEST, wireString(name));
}

/** Asks to be let in by a method; RFC 4252, 5. */
export function authRequest(user: string, method: string, ...fields: readonly Uint8Array[]): Buffer {
  const head = [wireString(user), wireString('ssh-connection'), wireString(method)];
  return message(MESSAGE.USERAUTH_REQUEST, ...head, ...fields);
}

/** Asks to be let in by a key; where it is to be `signed`, the signature's string comes after it; RFC 4252, 7. */
export function keyRequest(user: string, signed: boolean, algorithm: string, blob: Uint8Array): Buffer {
  return authRequest(user, 'publickey', wireFlag(signed), wireString(algorithm), wireString(blob));
}

/** Answers the server's questions; RFC 4256, 3.4. */
export function infoResponse(answers: readonly string[]): Buffer {
  return message(
    MESSAGE.USERAUTH_INFO_RESPONSE,
    wireUint32(answers.length),
    ...answers.map((it) => wireString(it)),
  );
}

/** Asks for any answer at all: a server that does not know the request refuses it. */
export const ARE_YOU_THERE = message(
  MESSAGE.GLOBAL_REQUEST,
  wireString('keepalive@openssh.com'),
  wireFlag(true),
);

/** Asks for a channel, with what belongs to its type; RFC 4254, 5.1. */
export function channelOpen(
  type: string,
  { local, window, packet }: { readonly local: number; readonly window: number; readonly packet: number },
  ...fields: readonly Uint8Array[]
): Buffer {
  const head = [wireString(type), wireUint32(local), wireUint32(window), wireUint32(packet)];
  return message(MESSAGE.CHANNEL_OPEN, ...head, ...fields);
}

/** Refuses a channel for good: administratively prohibited; RFC 4254, 5.1. */
export function channelRefusal(remote: number): Buffer {
  const nothing = wireString('');
  return message(MESSAGE.CHANNEL_OPEN_FAILURE, wireUint32(remote), wireUint32(1), nothing, nothing);
}

/** Asks for a command to be run in a channel, and for an answer to that; RFC 4254, 6.5. */
export function execRequest(remote: number, commandLine: string): Buffer {
  const head = [wireUint32(remote), wireString('exec'), wireFlag(true)];
  return message(MESSAGE.CHANNEL_REQUEST, ...head, wireString(commandLine));
}
