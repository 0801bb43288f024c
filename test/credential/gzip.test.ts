import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gunzip, gzipStored, isGzip } from '../../src/credential/gzip.ts';

test('any data, of several blocks too, comes out of gunzip as it went in', () => {
  const sizes = [0, 1, 0xfffe, 0xffff, 0x10000, 0x1ffff];
  for (const size of sizes) {
    const data = Buffer.alloc(size, 'node-prep ');
    expect(gunzipSync(gzipStored(data)).equals(data), `${size} bytes`).toBe(true);
  }
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      expect(gunzip(gzipStored(data), 1_000)).toEqual({ ok: true, value: Buffer.from(data) });
    }),
  );
});

test('its bytes are those of RFC 1952 and nothing of the machine: no time, no name, no compressor', () => {
  expect(Buffer.from(gzipStored(Buffer.from('abc'))).toString('hex')).toBe(
    ['1f8b0800000000000' + '0ff', '010300fcff', '616263', 'c2412435', '03000000'].join(''),
  );
});

test('a bomb is stopped at the limit', () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  expect(bomb.length).toBeLessThan(64 * 1024);
  expect(gunzip(bomb, 1_000)).toEqual({ ok: false, error: 'too large' });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a text', Buffer.from('no gzip')],
  ['a file that was cut', gzipSync('some text').subarray(0, -3)],
  ['a file with a wrong sum', Buffer.from(gzipSync('some text')).fill(0, 20)],
])('%s is damaged', (_, bytes) => expect(gunzip(bytes, 1_000)).toEqual({ ok: false, error: 'damaged' }));

test('a gzip file is known by its first two bytes', () => {
  expect([gzipSync(''), Buffer.from('BZh'), Buffer.alloc(0)].map(isGzip)).toEqual([true, false, false]);
});
