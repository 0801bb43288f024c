import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readFailure,
  readPrompts,
  readServerAlgorithms,
  readWelcomeKey,
} from '../../../../src/transports/ssh2/login/login-messages.ts';
import { message } from '../../../../src/transports/ssh2/packets/messages.ts';
import { wireFlag, wireString, wireUint32 } from '../../../../src/transports/ssh2/packets/wire.ts';

const many = wireUint32(0xffff_ffff);
const of = (...fields: Uint8Array[]) => message(0, ...fields);

describe('a refusal', () => {
  test.each<[string, Buffer, unknown]>([
    [
      'names what the server still takes',
      of(wireString('publickey,password'), wireFlag(true)),
      { methods: ['publickey', 'password'], partial: true },
    ],
    ['may name nothing', of(wireString(''), wireFlag(false)), { methods: [], partial: false }],
    ['that is cut short makes no sense', of(wireString('password')), null],
  ])('%s', (_, payload, expected) => {
    expect(readFailure(payload)).toEqual(expected);
  });
});

describe('questions', () => {
  const head = ['name', 'instruction', 'en'].map((it) => wireString(it));
  const prompt = [wireString('Password: '), wireFlag(false)];
  test.each<[string, Buffer, unknown]>([
    ['may be none', of(...head, wireUint32(0)), []],
    [
      'are read in order',
      of(...head, wireUint32(2), ...prompt, wireString('Token: '), wireFlag(true)),
      [
        { prompt: 'Password: ', echo: false },
        { prompt: 'Token: ', echo: true },
      ],
    ],
    ['that are fewer than is said make no sense', of(...head, wireUint32(2), ...prompt), null],
    ['of which there are said to be too many make no sense', of(...head, many, ...prompt), null],
  ])('%s', (_, payload, expected) => {
    expect(readPrompts(payload)).toEqual(expected);
  });
});

describe('what a server verifies', () => {
  const name = wireString('server-sig-algs');
  const algorithms = wireString('ssh-ed25519,rsa-sha2-512');
  test.each<[string, Buffer, unknown]>([
    ['is listed', of(wireUint32(1), name, algorithms), new Set(['ssh-ed25519', 'rsa-sha2-512'])],
    [
      'is listed among other things',
      of(wireUint32(2), wireString('ping@openssh.com'), wireString('0'), name, algorithms),
      new Set(['ssh-ed25519', 'rsa-sha2-512']),
    ],
    ['may not be listed', of(wireUint32(0)), null],
    ['is not what is cut short', of(many, name, algorithms), undefined],
  ])('%s', (_, payload, expected) => {
    expect(readServerAlgorithms(payload)).toEqual(expected);
  });
});

test('any bytes are read as something, or make no sense', () => {
  const head = fc.constantFrom(Buffer.of(), Buffer.concat([many, many]), of(wireString('x'), wireUint32(1)));
  fc.assert(
    fc.property(head, fc.uint8Array(), (start, bytes) => {
      const payload = Buffer.concat([start, bytes]);
      for (const read of [readFailure, readPrompts, readServerAlgorithms, readWelcomeKey]) {
        expect(['object', 'undefined']).toContain(typeof read(payload));
      }
    }),
  );
});
