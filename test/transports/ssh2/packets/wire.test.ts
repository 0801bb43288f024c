import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wireMpint, wireReader, wireString } from '../../../../src/transports/ssh2/packets/wire.ts';

// The examples of RFC 4251, 5.
test.each([
  ['0', '', '00000000'],
  ['0 with leading zeros', '0000', '00000000'],
  ['9a378f9b2e332a7', '09a378f9b2e332a7', '0000000809a378f9b2e332a7'],
  ['80', '80', '000000020080'],
  ['80 with leading zeros', '000080', '000000020080'],
])('%s as a number of any size', (_, magnitude, expected) => {
  expect(wireMpint(Buffer.from(magnitude, 'hex')).toString('hex')).toBe(expected);
});

test('any number keeps its value, has no needless byte and is not negative', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (magnitude) => {
      const bytes = wireReader(wireMpint(magnitude)).string() ?? Buffer.of(255);
      expect(BigInt(`0x0${bytes.toString('hex')}`)).toBe(
        BigInt(`0x0${Buffer.from(magnitude).toString('hex')}`),
      );
      expect((bytes[0] ?? 0) < 0x80).toBe(true);
      expect(bytes[0] === 0 && (bytes[1] ?? 0) < 0x80).toBe(false);
    }),
  );
});

describe('a reader', () => {
  test('gives strings back as they were written, and what is left', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array(), { maxLength: 5 }), fc.uint8Array(), (strings, rest) => {
        const reader = wireReader(Buffer.concat([...strings.map((bytes) => wireString(bytes)), rest]));
        for (const bytes of strings) expect(reader.string()).toEqual(Buffer.from(bytes));
        expect(reader.rest()).toEqual(Buffer.from(rest));
      }),
    );
  });
  test('gives null, and never throws, once the bytes do not suffice', () => {
    const fields = fc.array(fc.constantFrom('uint32', 'uint64', 'string', 'rest'), { maxLength: 6 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fields, (bytes, names) => {
        const reader = wireReader(bytes);
        for (const name of names) {
          const value = reader[name]();
          if (Buffer.isBuffer(value)) expect(value.length).toBeLessThanOrEqual(bytes.length);
        }
      }),
    );
    expect(wireReader(Buffer.of(0, 0, 0)).uint32()).toBeNull();
    expect(wireReader(Buffer.alloc(7)).uint64()).toBeNull();
    expect(wireReader(Buffer.of(0, 0, 0, 2, 1)).string()).toBeNull();
  });
});
