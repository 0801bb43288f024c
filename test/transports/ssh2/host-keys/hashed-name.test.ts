import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashableName, hashedNameMatcher } from '../../../../src/transports/ssh2/host-keys/hashed-name.ts';

const hmac = (salt: Uint8Array, name: string) => createHmac('sha1', salt).update(name).digest();

test('a name matches its own HMAC-SHA1, as node:crypto makes it, for salts and names of any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.string({ maxLength: 300 }), (salt, name) => {
      expect(hashedNameMatcher(salt, hmac(salt, name))(hashableName(name))).toBe(true);
    }),
  );
});

test('no name matches the hash of another, and a matcher may be asked many times', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 90 }),
      fc.uniqueArray(fc.string(), { minLength: 2 }),
      (salt, names) => {
        const [hashed = '', ...others] = names;
        const matches = hashedNameMatcher(salt, hmac(salt, hashed));
        expect(others.filter((name) => matches(hashableName(name)))).toEqual([]);
        expect(matches(hashableName(hashed))).toBe(true);
      },
    ),
  );
});
