import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createAnswerReader,
  identitiesRequest,
  readIdentities,
  readSignature,
  signRequest,
} from '../../../../src/transports/ssh2/keys/agent-protocol.ts';
import { wireString, wireUint32 } from '../../../../src/transports/ssh2/packets/wire.ts';

describe('requests', () => {
  test('the list of keys is asked for with the one byte that the draft gives it', () => {
    expect(identitiesRequest().toString('hex')).toBe('000000010b');
  });
  test.each([
    ['by a key that is no RSA key', 'ssh-ed25519', '00000000'],
    ['with SHA-1', 'ssh-rsa', '00000000'],
    ['with SHA-256', 'rsa-sha2-256', '00000002'],
    ['with SHA-512', 'rsa-sha2-512', '00000004'],
  ])('a signature %s', (_, algorithm, flags) => {
    const request = signRequest(Buffer.from('K'), Buffer.from('data'), algorithm).toString('hex');
    expect(request).toBe(`000000120d${'00000001'}4b${'00000004'}64617461${flags}`);
  });
});

const keyList = fc.array(fc.record({ blob: fc.uint8Array(), comment: fc.string() }));

function identitiesAnswer(keys: readonly { blob: Uint8Array; comment: string }[]): Buffer {
  const fields = keys.flatMap(({ blob, comment }) => [wireString(blob), wireString(Buffer.from(comment))]);
  return Buffer.concat([Buffer.of(12), wireUint32(keys.length), ...fields]);
}

describe('answers', () => {
  test('a list of keys comes back as it was sent', () => {
    fc.assert(
      fc.property(keyList, (keys) => {
        const read = readIdentities(identitiesAnswer(keys));
        expect(read?.map(({ blob, comment }) => [Buffer.from(blob).toString('hex'), comment])).toEqual(
          keys.map(({ blob, comment }) => [
            Buffer.from(blob).toString('hex'),
            Buffer.from(comment).toString('utf8'),
          ]),
        );
      }),
    );
  });
  test('a signature comes whole: its name, itself, and what a FIDO key adds', () => {
    const signature = Buffer.concat([
      wireString(Buffer.from('ssh-ed25519')),
      wireString(Buffer.from('the signature')),
      Buffer.of(1, 0, 0, 0, 7),
    ]);
    expect(readSignature(Buffer.concat([Buffer.of(14), wireString(signature)]))).toEqual(signature);
  });
  test.each([
    ['a refusal', Buffer.of(5)],
    ['nothing', Buffer.of()],
    [
      'a list that promises more keys than it has',
      Buffer.concat([Buffer.of(12), wireUint32(2), wireString(Buffer.of())]),
    ],
    ['more keys than any agent has', identitiesAnswer(Array(2_049).fill({ blob: Buffer.of(), comment: '' }))],
    ['a signature that is cut short', Buffer.concat([Buffer.of(14), wireUint32(100)])],
  ])('%s is neither a list nor a signature', (_, answer) => {
    expect(readIdentities(answer)).toBeNull();
    expect(readSignature(answer)).toBeNull();
  });
  test('no bytes make the readers throw', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(12, 14), (bytes, type) => {
        readIdentities(Buffer.concat([Buffer.of(type), bytes]));
        readSignature(Buffer.concat([Buffer.of(type), bytes]));
      }),
    );
  });
});

describe('reading from the socket', () => {
  test('an answer is whole, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: 7 }), (answer, size) => {
        const reader = createAnswerReader();
        const bytes = wireString(answer);
        const results: (Buffer | null | 'broken')[] = [];
        for (let at = 0; at < bytes.length; at += size)
          results.push(reader.push(bytes.subarray(at, at + size)));
        const last = results.pop();
        expect(results.every((result) => result === null)).toBe(true);
        expect(Buffer.compare(last as Buffer, Buffer.from(answer))).toBe(0);
      }),
    );
  });
  test.each([
    ['longer than any may be', wireUint32(300_000)],
    ['empty', wireUint32(0)],
    ['followed by another', Buffer.concat([wireString('one'), wireString('two')])],
  ])('an answer that is %s breaks it off', (_, bytes) => {
    expect(createAnswerReader().push(bytes)).toBe('broken');
  });
});
