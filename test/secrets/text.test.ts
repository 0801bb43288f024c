import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secretFromBytes } from '../../src/secrets/text.ts';
import { told } from './surroundings.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

test.each<[string, Uint8Array, string]>([
  ['a line', bytes('s3cret\n'), 's3cret'],
  ['a line as Windows ends it', bytes('s3cret\r\n'), 's3cret'],
  ['no line end', bytes('s3cret'), 's3cret'],
  ['blanks belong to it', bytes(' s3 cret \n'), ' s3 cret '],
  ['a byte order mark does not', bytes('\ufeffs3cret\n'), 's3cret'],
  ['any letters', bytes('pässwörd🔑\n'), 'pässwörd🔑'],
])('%s', (_, input, expected) => {
  expect(told(secretFromBytes(input, 'It'))).toBe(expected);
});

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', bytes(''), /^SECRET_UNAVAILABLE It is empty/],
  ['an empty line', bytes('\n'), /It is empty/],
  ['two lines', bytes('s3cret\ns3cret2\n'), /more than one line/],
  ['a blank line after it', bytes('s3cret\n\n'), /more than one line/],
  ['a carriage return within', bytes('s3\rcret'), /more than one line/],
  ['a NUL', bytes('s3\0cret'), /NUL/],
  ['bytes that are no text', Uint8Array.of(0x73, 0xff, 0xfe), /not UTF-8/],
  ['UTF-16', Buffer.from('\ufeffs3cret', 'utf16le'), /not UTF-8/],
  ['what stands for such bytes', bytes('s3\ufffdcret'), /not UTF-8/],
  ['too much', new Uint8Array(65_537).fill(0x61), /larger than 64 KiB/],
])('%s is refused, and not repeated', (_, input, expected) => {
  const text = told(secretFromBytes(input, 'It'));
  expect(text).toMatch(expected);
  expect(text).not.toMatch(/s3|cret/);
});

test('64 KiB are not too much', () => {
  expect(secretFromBytes(new Uint8Array(65_536).fill(0x61), 'It').ok).toBe(true);
});

test('whatever is accepted is one line that a login can carry', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: 'binary' }).map(bytes)),
      (input) => {
        const result = secretFromBytes(input, 'It');
        if (result.ok) expect(result.value.reveal()).toMatch(/^[^\0\r\n]+$/);
      },
    ),
  );
});
